/**
 * JSON as the vote needs it: a strict reader, a writer, and the canonical form that is hashed.
 *
 * <p>Here: text to plain Java values and back. Not here: what the values mean. Stateless; any thread.
 */
@NullMarked
package org.althing.vote.json;

import org.jspecify.annotations.NullMarked;
