#define _GNU_SOURCE
#include "ttq_cpus.h"

#include <errno.h>

#if defined(__linux__)
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

// Written before main alone: a thread that is pinned later would be told of its own processor only, and so would those that it starts.
static cpu_set_t allowed_at_start;

__attribute__((constructor)) static void remember_allowed(void) {
  if (sched_getaffinity(0, sizeof allowed_at_start, &allowed_at_start) != 0) CPU_ZERO(&allowed_at_start);
}

size_t ttq_allowed_cpus(uint32_t *cpus, size_t capacity) {
  size_t count = 0;
  for (uint32_t cpu = 0; cpu < CPU_SETSIZE && count < capacity; cpu++)
    if (CPU_ISSET(cpu, &allowed_at_start)) cpus[count++] = cpu;
  return count;
}

int32_t ttq_thread_number(void) { return gettid(); }

void ttq_unpin_thread(int32_t thread) {
  // Numbers are of the whole system: one that is another process's by now must be left alone.
  char path[48];
  snprintf(path, sizeof path, "/proc/self/task/%d", (int)thread);
  if (thread > 0 && access(path, F_OK) == 0) sched_setaffinity(thread, sizeof allowed_at_start, &allowed_at_start);
}

int ttq_pin_thread(uint32_t cpu) {
  if (cpu >= CPU_SETSIZE) return EINVAL;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  return sched_setaffinity(0, sizeof one, &one) == 0 ? 0 : errno;
}

int ttq_current_cpu(void) { return sched_getcpu(); }
#else
size_t ttq_allowed_cpus(uint32_t *cpus, size_t capacity) {
  (void)cpus, (void)capacity;
  return 0;
}

int ttq_pin_thread(uint32_t cpu) {
  (void)cpu;
  return ENOSYS;
}

int32_t ttq_thread_number(void) { return 0; }

void ttq_unpin_thread(int32_t thread) { (void)thread; }

int ttq_current_cpu(void) { return -1; }
#endif
