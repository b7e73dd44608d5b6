/** The real broker under load: killed at random moments, stopped, stormed by clients, and spread over shards. */
@NullMarked
package org.althing.acceptance.crash;

import org.jspecify.annotations.NullMarked;
