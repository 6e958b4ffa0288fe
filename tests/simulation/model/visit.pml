/* The card visit: two terminals without a network, two cards, and every point at which the power may fail.

   A card is a stripe (an image, or torn), the last figure printed on its face, and a place. Images are numbered: 0..NV-1
   were written by that visit, ORIGIN + card by the encoder, FRESH + n by the n-th repair. A visit's base is the image that
   it was made from, so a lineage is a walk along the bases. What a journal says of a visit is durable at once; everything
   else that a terminal knows is gone after a cut.

   What may go wrong: CRASHES cuts, each with the card left inside or pulled out; FAULTS refusals of the unit (a write that
   failed before, in or after the pass, a face not printed, a sound stripe that this unit cannot read); MAGNETS stripes
   erased in a pocket; REPAIRS new images from head office.

   Left out, because it cannot matter to what is asserted: points, receipts, the card's MAC, sequence numbers (a base
   without clones says as much), and when anything is sent: the audit looks at the set of all records, at any moment at
   which every card is in somebody's hand.

   Assumed: a visit that counts stands on the face, or the face is known not to show it. Staff compare faces before a torn
   card that came back is written again (decision 17). -DFACE_LAGS takes the assumption away and shows what it carries: a
   card served elsewhere without a print, then erased, gets an older image back.

   Broken on purpose: -DWRITE_FIRST -DJOURNAL_FIRST -DSHOW_FIRST -DNO_GEN -DHONOUR_ON_CARD -DHONOUR_TWICE
   -DABORT_WITHOUT_EVIDENCE -DGUESS_TORN -DFACE_LAGS. test_model.py says what each of them is. */

#ifndef NV
#define NV 3
#endif
#ifndef CRASHES
#define CRASHES 2
#endif
#ifndef FAULTS
#define FAULTS 1
#endif
#ifndef REPAIRS
#define REPAIRS 1
#endif
#ifndef MAGNETS
#define MAGNETS 1
#endif
#define NC 2
#define NT 2
#define ORIGIN NV
#define FRESH (NV + NC)
#define HAND NT
#define UNSURE 255 /* a face that is known not to show the stripe */

#define NONE 0 /* states of a visit in the journal of its terminal */
#define PREPARED 1
#define DOUBT 2
#define ABORTED 3
#define COMMITTED 4

byte cuts, faults, repairs, magnets, begun;

/* --- cards */
byte head[NC], gen[NC], face[NC], place[NC];
bool torn[NC];
byte issued[NC]; /* the newest generation that head office gave this card */

/* --- journals */
byte state[NV], terminal[NV], card[NV], vgen[NV], base[NV];
bool shown[NV];    /* somebody saw "done" */
bool honoured[NV]; /* staff credited a visit in doubt, beside the card */
byte pending[NT];  /* a repair whose image may be half written: its number + 1 */
#ifdef NO_GEN
bool sent[NV]; /* what head office knows matters only to a repair that goes on with the old lineage */
#endif

#ifdef FACE_LAGS
#define COUNT(i) state[i] = COMMITTED
#else
#define COUNT(i) state[i] = COMMITTED; if :: face[c] != head[c] -> face[c] = UNSURE :: else fi
#endif
#define CUT if :: skip :: cuts < CRASHES -> cuts++; goto boot fi
#define UNDECIDED(i) (state[i] == PREPARED || state[i] == DOUBT)

/* The stripe that terminal t has just read says what became of its visit i (R5, R6). */
#define TOOK(i) (head[c] == i || (head[c] < NV && base[head[c]] == i && vgen[head[c]] == vgen[i]))
#define NOT_TAKEN(i) \
  (head[c] == base[i] || (head[c] < NV && base[head[c]] == base[i] && vgen[head[c]] == vgen[i]))

/* From card in to card out a terminal touches nothing that the other one sees, so that stretch is one atomic: every cut
   inside it is tried, only interleavings that cannot matter are not. A terminal without power stays so for as long as the
   others like, and between putting the card into the slot and recording why, the customer may already be elsewhere. */
proctype Terminal(byte t) {
  byte c, v, i;
  bool stayed;

end_idle:
  if
  :: atomic { place[0] == HAND && (begun || t == 0) -> c = 0; place[c] = t; goto inside }
  :: atomic { place[1] == HAND && begun -> c = 1; place[c] = t; goto inside }
#ifdef NO_GEN
  :: d_step {
       i = 0;
       do :: i < NV -> sent[i] = sent[i] || (terminal[i] == t && state[i] != NONE); i++ :: else -> break od;
       i = 0
     };
     goto end_idle
#endif
  fi;

inside:
  atomic {
    if
    :: torn[c] -> goto unreadable
    :: !torn[c] && faults < FAULTS -> faults++; goto unreadable /* a sound stripe that this unit cannot read */
    :: !torn[c]
    fi;
    pending[t] = 0; /* a readable card closes its repair */
    i = 0;
    do /* old doubts first, one transaction each */
    :: i < NV && terminal[i] == t && card[i] == c && UNDECIDED(i) && TOOK(i) ->
       COUNT(i);
       CUT;
       if :: stayed && head[c] == i -> v = i; goto success :: else fi
    :: i < NV && terminal[i] == t && card[i] == c && UNDECIDED(i) && !TOOK(i) && NOT_TAKEN(i) -> state[i] = ABORTED; CUT
    :: i < NV && !(terminal[i] == t && card[i] == c && UNDECIDED(i) && (TOOK(i) || NOT_TAKEN(i))) -> i++
    :: i == NV -> break
    od;

    /* --- a new visit: INTENT, stripe, COMMIT, success */
    if
    :: goto eject
    :: begun < NV
    fi;
    v = begun; begun++;
    card[v] = c; vgen[v] = gen[c]; base[v] = head[c]; terminal[v] = t;
#if defined(JOURNAL_FIRST)
    COUNT(v); CUT;
    goto success;
#elif !defined(WRITE_FIRST)
    state[v] = PREPARED; CUT;
#endif
write:
    if
    :: torn[c] = true; CUT
    :: faults < FAULTS -> faults++; goto reread /* it never began */
    fi;
    if
    :: torn[c] = false; head[c] = v; gen[c] = vgen[v]; CUT
    :: faults < FAULTS -> faults++; goto reread /* it broke off */
    :: faults < FAULTS -> faults++; torn[c] = false; head[c] = v; gen[c] = vgen[v]; goto reread /* it is there, unheard */
    fi;
#if defined(JOURNAL_FIRST)
    goto draw;
#elif defined(SHOW_FIRST)
    goto success;
#endif
commit:
    COUNT(v); CUT;
success:
    assert(state[v] == COMMITTED); /* I10 */
    shown[v] = true; CUT;
#ifdef JOURNAL_FIRST
    if :: head[c] != v -> goto write :: else fi;
#endif
draw:
    if :: face[c] = v; CUT :: faults < FAULTS -> faults++ fi;
eject:
    place[c] = HAND; c = 0; v = 0; i = 0; stayed = false;
    goto end_idle;

    /* --- the unit reported a failed write: the card is read */
reread:
    if
    :: !torn[c] && head[c] == v -> goto commit
    :: !torn[c] && head[c] == base[v] -> if :: goto write :: i = ABORTED fi
    :: !torn[c] && head[c] != v && head[c] != base[v] -> i = DOUBT
    :: torn[c] -> if :: goto write :: i = DOUBT fi
    :: !torn[c] && faults < FAULTS -> faults++; i = DOUBT
    fi;
    place[c] = HAND; CUT
  };
  atomic {
#ifdef ABORT_WITHOUT_EVIDENCE
    state[v] = ABORTED;
#else
    if
    :: i == ABORTED -> state[v] = ABORTED
    :: i == DOUBT -> state[v] = DOUBT; if :: honoured[v] = true :: skip fi
    fi;
#endif
    CUT; c = 0; v = 0; i = 0; stayed = false;
    goto end_idle
  };

unreadable: /* nothing can be read from the stripe */
  atomic {
    i = 0;
    do :: i < NV && !(terminal[i] == t && state[i] == PREPARED) -> i++ :: else -> break od;
    if
    :: stayed && i < NV -> v = i; i = 0; goto write /* the card never left: the post image again */
    :: stayed && i == NV && pending[t] -> goto fresh
    :: else
    fi;
    i = NV; /* staff type the number: the newest visit in doubt of that card, if the face still shows its base */
    do :: i > 0 && !(terminal[i - 1] == t && card[i - 1] == c && UNDECIDED(i - 1)) -> i-- :: else -> break od;
    if
    :: i > 0 && face[c] == base[i - 1] -> v = i - 1; i = 0; goto write
    :: repairs < REPAIRS
    :: goto eject
    fi;

    /* --- a new image of a new generation; head office knows every generation that it gave */
    repairs++;
#ifdef NO_GEN
    v = 0; i = ORIGIN + c;
    do :: v < NV -> if :: sent[v] && state[v] == COMMITTED && card[v] == c -> i = v :: else fi; v++ :: else -> break od;
    torn[c] = false; head[c] = i; face[c] = i;
    goto eject;
#endif
    issued[c]++; pending[t] = repairs; CUT;
fresh:
    torn[c] = true; CUT;
    torn[c] = false; head[c] = FRESH + pending[t] - 1; gen[c] = issued[c]; face[c] = UNSURE; CUT;
    face[c] = head[c]; pending[t] = 0; CUT;
    goto eject
  };

boot: /* power is back. A card inside is the one that was inside; it may have been pulled out in the dark */
  atomic {
    v = 0; i = 0; c = 0; stayed = false;
    if
    :: place[0] == t -> stayed = true
    :: place[1] == t -> c = 1; stayed = true
    :: else
    fi;
    if
    :: stayed -> goto inside
    :: stayed -> place[c] = HAND; c = 0; stayed = false
    :: !stayed
    fi
  };
  atomic { /* no card inside: what is PREPARED is in doubt, durably, before another card may come in */
    pending[t] = 0;
#ifndef GUESS_TORN
    do
    :: i < NV && terminal[i] == t && state[i] == PREPARED ->
#ifdef ABORT_WITHOUT_EVIDENCE
       state[i] = ABORTED; CUT
#else
       state[i] = DOUBT; if :: honoured[i] = true :: skip fi; CUT
#endif
    :: i < NV && !(terminal[i] == t && state[i] == PREPARED) -> i++
    :: i == NV -> i = 0; break
    od;
#endif
    goto end_idle
  }
}

/* A magnet in a pocket: the face stays. */
proctype Pocket() {
end_pocket:
  do
  :: atomic { begun && magnets < MAGNETS && place[0] == HAND && !torn[0] -> magnets++; torn[0] = true }
  :: atomic { begun && magnets < MAGNETS && place[1] == HAND && !torn[1] -> magnets++; torn[1] = true }
  od
}

/* --- head office, at the end of all sync: a function of the set of records, held against the cards. In the product
   evidence also overrules a recorded ABORT; here it does not, so that a wrong ABORT shows. */
bool on[NV], off[NV];
byte a, b, k, more, seen;

inline derive() {
  a = 0;
  do
  :: a < NV ->
     on[a] = (state[a] == COMMITTED); off[a] = (state[a] == ABORTED);
#ifdef HONOUR_ON_CARD
     if :: honoured[a] -> on[a] = true; off[a] = false :: else fi;
#endif
     a++
  :: else -> break
  od;
  k = 0;
  do /* cards that were shown to a terminal with a network */
  :: k < NC ->
     if :: seen && !torn[k] && head[k] < NV && UNDECIDED(head[k]) -> on[head[k]] = true :: else fi;
     k++
  :: else -> break
  od;
  more = 1;
  do
  :: more ->
     more = 0; a = 0;
     do
     :: a < NV ->
        b = 0;
        do
        :: b < NV ->
           if :: UNDECIDED(a) && !on[a] && on[b] && base[b] == a && vgen[b] == vgen[a] -> on[a] = true; more = 1 :: else fi;
           b++
        :: else -> break
        od;
        a++
     :: else -> break
     od
  :: else -> break
  od;
  a = 0;
  do
  :: a < NV ->
     b = 0;
     do
     :: b < NV ->
        if
        :: UNDECIDED(a) && !on[a] && on[b] && base[b] == base[a] && vgen[b] == vgen[a] -> off[a] = true
        :: else
        fi;
        b++
     :: else -> break
     od;
     k = card[a];
     if :: seen && UNDECIDED(a) && !on[a] && !torn[k] && head[k] == base[a] -> off[a] = true :: else fi;
     a++
  :: else -> break
  od
}

inline check() {
  a = 0;
  do
  :: a < NV ->
     assert(!shown[a] || on[a]);  /* I1: what was shown counts */
     assert(!(on[a] && off[a]));
#ifdef HONOUR_TWICE
     assert(on[a] + honoured[a] <= 1); /* I2: at most once, on the card or beside it */
#else
     assert(on[a] + (honoured[a] && !on[a]) <= 1);
#endif
     b = a + 1;
     do
     :: b < NV -> /* I4: no false fork */
        assert(!(on[a] && on[b] && base[a] == base[b] && vgen[a] == vgen[b]));
        b++
     :: else -> break
     od;
     a++
  :: else -> break
  od;
  k = 0;
  do
  :: k < NC ->
     a = head[k];
     do /* I6: what a readable card carries is its own, and counted */
     :: seen && !torn[k] && a < NV -> assert(card[a] == k && on[a]); a = base[a]
     :: else -> break
     od;
     k++
  :: else -> break
  od
}

proctype HeadOffice() {
end_audit:
  do
  :: d_step {
       place[0] == HAND && place[1] == HAND -> /* not a step of its own: nothing is changed */
       seen = 0; derive(); check();
       seen = 1; derive(); check();
       a = 0;
       do :: a < NV -> on[a] = false; off[a] = false; a++ :: else -> break od;
       a = 0; b = 0; k = 0; more = 0; seen = 0
     }
  od
}

init {
  atomic {
    d_step {
      byte c;
      do
      :: c < NC -> head[c] = ORIGIN + c; face[c] = ORIGIN + c; place[c] = HAND; c++
      :: else -> c = 0; break
      od;
      do :: c < NV -> terminal[c] = NT; c++ :: else -> c = 0; break od
    };
    run Terminal(0); run Terminal(1); run Pocket(); run HeadOffice()
  }
}
