#define _GNU_SOURCE
#include "ttq_cpus.h"

#include <errno.h>

#if defined(__linux__)
#include <sched.h>

size_t ttq_allowed_cpus(uint32_t *cpus, size_t capacity) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 0;
  size_t count = 0;
  for (uint32_t cpu = 0; cpu < CPU_SETSIZE && count < capacity; cpu++)
    if (CPU_ISSET(cpu, &allowed)) cpus[count++] = cpu;
  return count;
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

int ttq_current_cpu(void) { return -1; }
#endif
