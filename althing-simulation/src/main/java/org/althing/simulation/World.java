package org.althing.simulation;

import org.althing.net.memory.MemoryEngine;
import org.althing.net.memory.VirtualTime;

/** What everybody in one simulation shares. */
record World(VirtualTime time, MemoryEngine engine, Ledger ledger, Trace trace) {}
