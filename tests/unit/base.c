/* The base room: errors and their text, memory, checked arithmetic, cursors, masks. */
#include "base/checked.h"
#include "base/cpu.h"
#include "base/ct.h"
#include "base/cursor.h"
#include "base/error.h"
#include "base/memory.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <check.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

START_TEST(errors_carry_text)
{
    struct sotto_context *context = test_context();
    char longer[3000];

    ck_assert_str_eq(sotto_context_message(context), "");
    ck_assert_int_eq(fail(context, SOTTO_ERR_INPUT, "value %d", 7), SOTTO_ERR_INPUT);
    add_hint(context, "first");
    add_hint(context, "second %s", "part");
    ck_assert_str_eq(sotto_context_message(context), "value 7");
    ck_assert_str_eq(sotto_context_hint(context), "first\nsecond part");
    ck_assert_int_eq(fail_memory(context), SOTTO_ERR_MEMORY);
    ck_assert_str_eq(sotto_context_hint(context), "");
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    fail(context, SOTTO_ERR_INPUT, "%s", longer);
    ck_assert_uint_lt(strlen(sotto_context_message(context)), 1024);
    for (int i = 0; i < 100; i++) add_hint(context, "%s", longer);
    ck_assert_uint_lt(strlen(sotto_context_hint(context)), 1024);
    sotto_context_free(context);
    sotto_context_free(NULL);
}
END_TEST

/* Control characters never reach a terminal, C1 controls in UTF-8 included; letters do. */
START_TEST(text_is_escaped)
{
    static const char text[] = "a\033[31m\n\x7f"
                               "\xc3\xa9"
                               "\xc2\x9b"
                               "b";
    char out[64], narrow[12];

    escape_text(out, sizeof out, text, sizeof text - 1);
    ck_assert_str_eq(out, "a\\x1b[31m\\x0a\\x7f\xc3\xa9\\xc2\\x9b"
                          "b");
    escape_text(narrow, sizeof narrow, "abcdefghijklmnop", 16);
    ck_assert_str_eq(narrow, "abcdefgh...");
    escape_text(narrow, sizeof narrow, "", 0);
    ck_assert_str_eq(narrow, "");
}
END_TEST

START_TEST(every_error_has_a_name)
{
    for (int err = SOTTO_OK; err <= SOTTO_ERR_INTERNAL; err++)
        ck_assert_str_ne(sotto_err_name((sotto_err)err), "unknown error");
    ck_assert_str_eq(sotto_err_name((sotto_err)999), "unknown error");
}
END_TEST

START_TEST(interrupt_wakes_and_stays)
{
    struct sotto_context *context = test_context();
    struct pollfd wake = {.fd = context->wake_read, .events = POLLIN};

    ck_assert_int_eq(check_interrupt(context), SOTTO_OK);
    ck_assert_int_eq(poll(&wake, 1, 0), 0);
    for (int i = 0; i < 100000; i++) sotto_context_interrupt(context);
    ck_assert_int_eq(poll(&wake, 1, 0), 1);
    ck_assert_int_eq(check_interrupt(context), SOTTO_ERR_INTERRUPTED);
    ck_assert_int_eq(check_interrupt(context), SOTTO_ERR_INTERRUPTED);
    sotto_context_free(context);
}
END_TEST

/* SEC-15 */
START_TEST(arithmetic_tells_overflow)
{
    uint64_t r;
    size_t s;

    ck_assert(add_u64(&r, UINT64_MAX - 1, 1) && r == UINT64_MAX);
    ck_assert(!add_u64(&r, UINT64_MAX, 1));
    ck_assert(mul_u64(&r, UINT64_C(1) << 32, (UINT64_C(1) << 32) - 1));
    ck_assert(!mul_u64(&r, UINT64_C(1) << 32, UINT64_C(1) << 32));
    ck_assert(add_size(&s, SIZE_MAX - 1, 1) && s == SIZE_MAX);
    ck_assert(!add_size(&s, SIZE_MAX, 1));
    ck_assert(mul_size(&s, SIZE_MAX / 16, 16));
    ck_assert(!mul_size(&s, SIZE_MAX / 16 + 1, 16));
    ck_assert_uint_eq(ceil_div_u64(0, 8), 0);
    ck_assert_uint_eq(ceil_div_u64(1, 8), 1);
    ck_assert_uint_eq(ceil_div_u64(8, 8), 1);
    ck_assert_uint_eq(ceil_div_u64(9, 8), 2);
    ck_assert_uint_eq(ceil_div_u64(UINT64_MAX, 8), UINT64_C(1) << 61);
}
END_TEST

/* SEC-15 */
START_TEST(memory_is_zeroed_and_checked)
{
    unsigned char *memory = mem_new(100, 3), *grown;

    ck_assert_ptr_nonnull(memory);
    for (size_t i = 0; i < 300; i++) ck_assert_uint_eq(memory[i], 0);
    memset(memory, 1, 300);
    grown = mem_resize(memory, 100, 200, 3);
    ck_assert_ptr_nonnull(grown);
    for (size_t i = 0; i < 600; i++) ck_assert_uint_eq(grown[i], i < 300);
    ck_assert_ptr_null(mem_resize(grown, 200, UINT64_MAX / 2, 3));
    mem_free(grown);
    ck_assert_ptr_null(mem_new(UINT64_MAX / 2, 3));
    ck_assert_ptr_null(bulk_new(UINT64_MAX / 2, 3));
    ck_assert_ptr_null(guarded_new(SIZE_MAX - 5));
    mem_free(NULL);
    guarded_free(NULL);
    bulk_free(NULL, 100, 3);
}
END_TEST

/* SEC-20: guarded memory ends at a guard page and starts aligned. */
START_TEST(guarded_memory_is_guarded)
{
    struct sotto_context *context = test_context(); /* initialises libsodium */
    unsigned char *memory = guarded_new(33);
    int status;
    pid_t child;

    ck_assert_ptr_nonnull(memory);
    ck_assert_uint_eq((uintptr_t)memory % 64, 0);
    child = fork();
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL);
        ((volatile unsigned char *)memory)[64] = 1;
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(status != 0);
    guarded_free(memory);
    sotto_context_free(context);
}
END_TEST

/* SEC-20: bulk memory is not inherited by a child. */
START_TEST(bulk_memory_stays_here)
{
    unsigned char *memory = bulk_new(5000, 16);
    int status;
    pid_t child;

    ck_assert_ptr_nonnull(memory);
    ck_assert_uint_eq((uintptr_t)memory % 4096, 0);
    memset(memory, 7, 80000);
    child = fork();
    if (child == 0) _exit(memory[0] == 0 && memory[79999] == 0 ? 0 : 1);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    bulk_free(memory, 5000, 16);
    memory = bulk_new(0, 16);
    ck_assert_ptr_nonnull(memory);
    bulk_free(memory, 0, 16);
}
END_TEST

START_TEST(cursors_go_bad_and_stay_bad)
{
    uint8_t bytes[16] = {0};
    struct writer w = writer_over(bytes, sizeof bytes);
    struct reader r;

    write_u8(&w, 0xab);
    write_u32(&w, UINT32_C(0x01020304));
    write_u64(&w, UINT64_C(0x1112131415161718));
    write_uint(&w, 0x010203, 3);
    ck_assert(!w.bad && w.at == 16);
    write_bytes(&w, bytes, 0);
    ck_assert(!w.bad);
    write_u8(&w, 1);
    ck_assert(w.bad && w.at == 16);
    r = reader_over(bytes, sizeof bytes);
    ck_assert_uint_eq(read_u8(&r), 0xab);
    ck_assert_uint_eq(read_u32(&r), UINT32_C(0x01020304));
    ck_assert_uint_eq(read_u64(&r), UINT64_C(0x1112131415161718));
    ck_assert(!reader_done(&r));
    ck_assert_uint_eq(read_u32(&r), 0);
    ck_assert(r.bad && !reader_done(&r));
    ck_assert_uint_eq(read_uint(&r, 3), 0);
    r = reader_over(bytes, 3);
    ck_assert_ptr_null(read_span(&r, SIZE_MAX));
    r = reader_over(bytes, 3);
    ck_assert_ptr_nonnull(read_span(&r, 3));
    ck_assert(reader_done(&r));
}
END_TEST

START_TEST(masks_select)
{
    uint8_t a[3] = {1, 2, 3}, b[3] = {4, 5, 6}, out[3];

    ck_assert_uint_eq(ct_mask(0), 0);
    ck_assert_uint_eq(ct_mask(1), UINT64_MAX);
    ck_assert_uint_eq(ct_mask(2), 0);
    ck_assert_uint_eq(ct_mask(UINT64_MAX), UINT64_MAX);
    ck_assert_uint_eq(ct_select(ct_mask(1), 5, 9), 5);
    ck_assert_uint_eq(ct_select(ct_mask(0), 5, 9), 9);
    ct_select_bytes(out, a, b, 3, ct_mask(1));
    ck_assert_mem_eq(out, a, 3);
    ct_select_bytes(a, a, b, 3, ct_mask(0));
    ck_assert_mem_eq(a, b, 3);
}
END_TEST

START_TEST(instruction_sets_are_nested)
{
    bool before = true;

    ck_assert(cpu_supports(CPU_PORTABLE));
    for (int isa = 0; isa < CPU_N_ISAS; isa++) {
        bool supported = cpu_supports((enum cpu_isa)isa);

        ck_assert(before || !supported);
        ck_assert_int_eq(cpu_force((enum cpu_isa)isa), supported);
        if (supported) ck_assert_int_eq(cpu_isa(), isa);
        ck_assert_str_ne(cpu_isa_name((enum cpu_isa)isa), "unknown");
        before = supported;
    }
}
END_TEST

/* The seam's failures reach the caller of the public interface. */
START_TEST(context_reports_lack_of_memory)
{
    sotto_context *context = NULL;

    test_heap_fail_at(1);
    ck_assert_int_eq(sotto_context_new(&context, NULL), SOTTO_ERR_MEMORY);
    test_heap_fail_at(0);
    ck_assert_ptr_null(context);
    ck_assert_int_eq(sotto_context_new(NULL, NULL), SOTTO_ERR_USAGE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base");
    TCase *tests = tcase_create("base");

    tcase_add_test(tests, errors_carry_text);
    tcase_add_test(tests, text_is_escaped);
    tcase_add_test(tests, every_error_has_a_name);
    tcase_add_test(tests, interrupt_wakes_and_stays);
    tcase_add_test(tests, arithmetic_tells_overflow);
    tcase_add_test(tests, memory_is_zeroed_and_checked);
    tcase_add_test(tests, guarded_memory_is_guarded);
    tcase_add_test(tests, bulk_memory_stays_here);
    tcase_add_test(tests, cursors_go_bad_and_stay_bad);
    tcase_add_test(tests, masks_select);
    tcase_add_test(tests, instruction_sets_are_nested);
    tcase_add_test(tests, context_reports_lack_of_memory);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
