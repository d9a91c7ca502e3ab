// Assembly, because the child shares the stack: it would return from libc's syscall() first and leave to the parent a
// return address that it has overwritten. Here the child never comes back to compiled code of this frame: it calls
// `entry` below everything the parent has on its stack.
#include "sys/clone3.hpp"

#include <sys/syscall.h>

#include <cerrno>

namespace sup::sys {

#if defined(__x86_64__) && defined(SYS_clone3)

long clone3_vfork(clone_args& args, void (*entry)(void*), void* argument) noexcept {
  long result = SYS_clone3;
  asm volatile(
      "syscall\n\t"
      "testq %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "leaq -128(%%rsp), %%rsp\n\t"  // The parent may have data in its red zone.
      "andq $-16, %%rsp\n\t"
      "movq %[argument], %%rdi\n\t"
      "callq *%[entry]\n\t"
      "ud2\n"
      "1:"
      : "+a"(result)
      : "D"(&args), "S"(sizeof args), [entry] "r"(entry), [argument] "r"(argument)
      : "rcx", "r11", "memory", "cc");
  return result;
}

#elif defined(__aarch64__) && defined(SYS_clone3)

long clone3_vfork(clone_args& args, void (*entry)(void*), void* argument) noexcept {
  register long number asm("x8") = SYS_clone3;
  register long result asm("x0") = reinterpret_cast<long>(&args);
  register long size asm("x1") = sizeof args;
  asm volatile(
      "svc #0\n\t"
      "cbnz x0, 1f\n\t"
      "mov x0, %[argument]\n\t"
      "blr %[entry]\n\t"
      "brk #1\n"
      "1:"
      : "+r"(result)
      : "r"(number), "r"(size), [entry] "r"(entry), [argument] "r"(argument)
      : "memory", "cc");
  return result;
}

#elif defined(__riscv) && __riscv_xlen == 64 && defined(SYS_clone3)

long clone3_vfork(clone_args& args, void (*entry)(void*), void* argument) noexcept {
  register long number asm("a7") = SYS_clone3;
  register long result asm("a0") = reinterpret_cast<long>(&args);
  register long size asm("a1") = sizeof args;
  asm volatile(
      "ecall\n\t"
      "bnez a0, 1f\n\t"
      "mv a0, %[argument]\n\t"
      "jalr %[entry]\n\t"
      "ebreak\n"
      "1:"
      : "+r"(result)
      : "r"(number), "r"(size), [entry] "r"(entry), [argument] "r"(argument)
      : "memory");
  return result;
}

#else

long clone3_vfork(clone_args&, void (*)(void*), void*) noexcept { return -ENOSYS; }

#endif

}  // namespace sup::sys
