package org.althing.broker.session;

import org.althing.broker.Ledger;
import org.althing.broker.Ledger.Intake;
import org.althing.broker.PublishInterceptor;
import org.althing.broker.StateChange;
import org.althing.broker.routing.ChangeLog;
import org.althing.broker.routing.RoutedMessage;
import org.althing.broker.session.Interception.Decision;

/**
 * Wills about which an interceptor has yet to decide. Their sessions have them no more, so they are stored by themselves
 * until it has; after a start it is asked again.
 */
record UndecidedWills(SessionEnvironment environment) {
    /** A session's will is due. What says that the session has it no more is part of the same commit. */
    void ask(PublishInterceptor interceptor, RoutedMessage will, String clientId, StateChange.Source source) {
        ChangeLog changes = environment.changes();
        will.keep(environment.counters().memory);
        changes.hold(will);
        changes.append(new StateChange.WillUndecided(will.storedId(), source));
        askAgain(interceptor, will, clientId, source);
    }

    private void askAgain(
            PublishInterceptor interceptor, RoutedMessage will, String clientId, StateChange.Source source) {
        interceptor.intercept(new Interception(
                new Interception.Publisher(clientId, source.userName()),
                will.message(),
                0,
                environment.loop(),
                (interception, decision) -> onDecided(will, source, decision)));
    }

    /** Puts back one from before this process began; its reference is counted. */
    void restore(RoutedMessage will, StateChange.Source source) {
        environment.counters().ledger.held(1);
        String publisher = will.publisher();
        PublishInterceptor interceptor = environment.interceptor(will.message().topic());
        if (interceptor == null || publisher == null) {
            onDecided(will, source, Decision.PASS);
        } else {
            askAgain(interceptor, will, publisher, source);
        }
    }

    private void onDecided(RoutedMessage will, StateChange.Source source, Decision decision) {
        Ledger ledger = environment.counters().ledger;
        if (!decision.routed()) {
            ledger.released(Intake.INTERCEPTED);
        } else if (will.hasExpired(environment.wallMillis())) {
            ledger.released(Intake.EXPIRED);
        } else {
            boolean asked =
                    will.message().retain() && environment.limits().retain().sourceChecked();
            boolean matched = environment.router().publishForGood(will, asked ? source : null);
            ledger.released(matched ? Intake.ROUTED : Intake.NO_SUBSCRIBER);
        }
        environment.changes().append(new StateChange.WillDecided(will.storedId()));
        will.unkeep(environment.counters().memory);
        environment.changes().release(will);
    }
}
