/**
 * The web door: the ballot page, its form, and the count.
 *
 * <p>Here: requests in, pages out ({@link org.althing.vote.web.WebDoor}), what a page says ({@code BallotPage},
 * {@code PageWords}), and its style and scripts as resources beside the classes. Not here: the socket (see
 * {@code org.althing.net}), MQTT over WebSocket (the broker), and what a vote is. Pages are made on the box's loop.
 */
@NullMarked
package org.althing.vote.web;

import org.jspecify.annotations.NullMarked;
