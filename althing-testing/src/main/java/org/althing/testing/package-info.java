/**
 * Support for tests of all modules: the seeded generator, statements of the specification as annotations.
 *
 * <p>Here: what has no module of its own to belong to and needs nothing but JUnit. Not here: anything a product uses.
 */
@NullMarked
package org.althing.testing;

import org.jspecify.annotations.NullMarked;
