/** Tests of the web door. */
@NullMarked
package org.althing.vote.web;

import org.jspecify.annotations.NullMarked;
