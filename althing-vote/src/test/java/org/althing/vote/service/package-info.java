/** Tests of the doors together, over real sockets. */
@NullMarked
package org.althing.vote.service;

import org.jspecify.annotations.NullMarked;
