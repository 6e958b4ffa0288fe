/* The disk's limit: write a block of a file that has its full size already, wait until it is on the medium, again.
   fsync_loop COUNT FILE... : the block goes to every file in turn. Prints the nanoseconds of each turn. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK = 4096, FILES_MAX = 4 };

static long long now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int prepared(const char *path, long count, const char *block) {
  int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
  for (long turn = 0; file >= 0 && turn < count; turn++)
    if (pwrite(file, block, BLOCK, (off_t)turn * BLOCK) != BLOCK) return -1;
  return file >= 0 && fsync(file) == 0 ? file : -1;
}

int main(int arguments, char **argument) {
  char block[BLOCK];
  int file[FILES_MAX], files = arguments - 2;
  if (files < 1 || files > FILES_MAX) return 2;
  long count = atol(argument[1]);
  long long *taken = calloc(count, sizeof *taken);
  memset(block, 'x', BLOCK);
  for (int place = 0; place < files; place++)
    if ((file[place] = prepared(argument[place + 2], count, block)) < 0) return 1;
  for (long turn = 0; taken && turn < count; turn++) {
    long long began = now_ns();
    memset(block, 'a' + turn % 26, 64);
    for (int place = 0; place < files; place++)
      if (pwrite(file[place], block, BLOCK, (off_t)turn * BLOCK) != BLOCK || fdatasync(file[place])) return 1;
    taken[turn] = now_ns() - began;
  }
  for (long turn = 0; turn < count; turn++) printf("%lld\n", taken[turn]);
  return 0;
}
