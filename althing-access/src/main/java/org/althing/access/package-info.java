/**
 * Mosquitto's password and ACL files.
 *
 * <p>Here: reading these files, deciding from them, and making password hashes. Not here: when somebody asks, and what
 * follows. What is read is immutable and may be used by all threads.
 */
@NullMarked
package org.althing.access;

import org.jspecify.annotations.NullMarked;
