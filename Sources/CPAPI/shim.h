#pragma once
// papi.pc does not list libsde, which holds the software-defined events; the module map links both.
#include <papi.h>
#include <sde_lib.h>

#include <errno.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// PAPI_VER_CURRENT is a macro of macros, which Swift does not import. Returns PAPI_OK, or why PAPI would not start.
static inline int ttq_papi_init(void) {
  const int version = PAPI_library_init(PAPI_VER_CURRENT);
  if (version != PAPI_VER_CURRENT) return version < 0 ? version : PAPI_EINVAL;
  // The cast from pthread_t to unsigned long is what PAPI expects on Linux, and what Swift refuses.
  return PAPI_thread_init((unsigned long (*)(void))pthread_self);
}

// The flags of a counter are macros over or-ed constants: read only, counted from the start of a measurement.
static inline int ttq_sde_register(papi_handle_t library, const char *name, long long *cell) {
  return papi_sde_register_counter(library, name, PAPI_SDE_RO | PAPI_SDE_DELTA, PAPI_SDE_long_long, cell);
}

// perf_event_open has no wrapper in the C library, `syscall` is variadic, and the attributes are bit fields.
// Opens a disabled counter of the calling thread, read as {value, time enabled, time running}. Returns a descriptor or -errno.
static inline int ttq_perf_open(uint32_t type, uint64_t event, int with_kernel) {
  struct perf_event_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.size = sizeof attributes;
  attributes.type = type;
  attributes.config = event;
  attributes.disabled = 1;
  attributes.exclude_kernel = !with_kernel;
  attributes.exclude_hv = 1;
  attributes.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
  const long descriptor = syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0);
  return descriptor < 0 ? -errno : (int)descriptor;
}

// `ioctl` is variadic and its requests are macros with a size in them.
static inline int ttq_perf_start(int descriptor) {
  if (ioctl(descriptor, PERF_EVENT_IOC_RESET, 0) != 0) return -errno;
  return ioctl(descriptor, PERF_EVENT_IOC_ENABLE, 0) != 0 ? -errno : 0;
}
static inline int ttq_perf_stop(int descriptor) { return ioctl(descriptor, PERF_EVENT_IOC_DISABLE, 0) != 0 ? -errno : 0; }
