/**
 * Fuzzers: one class for each thing that reads bytes from outside, with the method that Jazzer calls and the seeds that
 * its search begins with.
 *
 * <p>Nothing here knows Jazzer. The normal build runs every fuzzer on its seeds and on random changes of them
 * ({@link org.althing.fuzz.FuzzersTest}); the profile {@code fuzz} hands them to Jazzer ({@link org.althing.fuzz.FuzzRun}),
 * which lets coverage lead the way. What is found becomes an example test where it belongs.
 */
@NullMarked
package org.althing.fuzz;

import org.jspecify.annotations.NullMarked;
