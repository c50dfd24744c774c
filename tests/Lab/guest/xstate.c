/*
 * Preloaded into User-Mode Linux on CPUs with AMX. Its kernel keeps 2,696 bytes of a process's extended registers, all that AVX-512 needs;
 * the host's kernel takes them back only in full length, which AMX makes 11 KiB, so there every guest would die at its first process.
 * This puts what the guest's kernel keeps into a block of full length; nothing in the guest uses AMX, whose part stays zero (unused).
 */
#define _GNU_SOURCE
#include <elf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static char whole[64 * 1024]; /* not on the stack: a UML kernel stack is small; UML is one thread */
static size_t length;

long ptrace(enum __ptrace_request request, ...)
{
    va_list arguments;
    va_start(arguments, request);
    pid_t pid = va_arg(arguments, pid_t);
    void *address = va_arg(arguments, void *);
    void *data = va_arg(arguments, void *);
    va_end(arguments);

    long result;
    struct iovec full = {whole, sizeof whole};
    struct iovec *part = data;
    if (request != PTRACE_SETREGSET || (long)address != NT_X86_XSTATE) {
        /* glibc's own convention: a peeked word is returned, not stored. */
        if (request >= PTRACE_PEEKTEXT && request <= PTRACE_PEEKUSER) {
            long word;
            result = syscall(SYS_ptrace, request, pid, address, &word);
            return result < 0 ? result : word;
        }
        return syscall(SYS_ptrace, request, pid, address, data);
    }

    if (length == 0) {
        result = syscall(SYS_ptrace, PTRACE_GETREGSET, pid, address, &full);
        if (result < 0)
            return result;
        length = full.iov_len;
        memset(whole, 0, sizeof whole);
    }
    full.iov_len = length;
    memcpy(whole, part->iov_base, part->iov_len < length ? part->iov_len : length);
    return syscall(SYS_ptrace, PTRACE_SETREGSET, pid, address, &full);
}
