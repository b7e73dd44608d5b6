/** Benchmarks of the hot paths, for JMH: {@code dev/benchmark}. */
@NullMarked
package org.althing.benchmark;

import org.jspecify.annotations.NullMarked;
