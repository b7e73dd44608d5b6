/**
 * Who may come in: the methods of proof that are built in, and the files they look into.
 *
 * <p>Here: implementations of the broker's small interfaces for access. Not here: when they are asked; that is the
 * connection's. What is read from a file never changes and may be shared by all threads; an exchange belongs to the
 * thread of its connection.
 */
@NullMarked
package org.althing.broker.access;

import org.jspecify.annotations.NullMarked;
