/**
 * A ballot box and its doors put together.
 *
 * <p>Here: who starts what, in which order, and ends it. Not here: options of programs. Starting and ending block and
 * belong to the program's main thread; everything else runs on the service's loop.
 */
@NullMarked
package org.althing.vote.service;

import org.jspecify.annotations.NullMarked;
