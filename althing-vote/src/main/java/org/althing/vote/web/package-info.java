/** The web door: the ballot page, its form, and the count. */
@NullMarked
package org.althing.vote.web;

import org.jspecify.annotations.NullMarked;
