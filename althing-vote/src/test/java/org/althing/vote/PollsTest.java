package org.althing.vote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.althing.journal.memory.FaultyDisk;
import org.althing.journal.memory.MemoryDisk;
import org.althing.vote.CastResult.AlreadyVoted;
import org.althing.vote.CastResult.Refused;
import org.althing.vote.CastResult.Voted;
import org.althing.vote.CommandResult.Done;
import org.althing.vote.CommandResult.Reason;
import org.althing.vote.Rules.Change;
import org.althing.vote.Rules.Eligibility;
import org.althing.vote.Rules.Majority;
import org.althing.vote.Rules.ResultsShown;
import org.althing.vote.Rules.Secrecy;
import org.junit.jupiter.api.Test;

/** What organisers can ask for, and what becomes of it: through the life of a poll, and through restarts. */
class PollsTest {
    private static final Map<Language, String> QUESTION = Map.of(Language.FRENCH, "Quoi ?");

    private MemoryDisk disk = new MemoryDisk();
    private Hall hall = on(disk);

    private static Hall on(MemoryDisk disk) {
        try {
            Hall hall = Hall.on(disk);
            hall.loop.run();
            return hall;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The server ends and starts again on the same files. */
    private void restart() {
        hall.box.close((_, _) -> {});
        hall.loop.run();
        hall = on(disk);
    }

    private static List<PollOption> options(String... keys) {
        List<PollOption> options = new ArrayList<>();
        for (String key : keys) {
            options.add(new PollOption(key, Map.of(Language.FRENCH, key)));
        }
        return options;
    }

    private static Poll poll(Rules rules) {
        List<PollOption> options = rules.counting() instanceof Counting.YesNo ? Poll.yesNo() : options("a", "b", "c");
        return new Poll("p", QUESTION, options, rules);
    }

    private static Rules open(Counting counting) {
        return Rules.of(counting, Eligibility.OPEN_NAMES, Secrecy.NAMED);
    }

    private static Rules roster(Secrecy secrecy) {
        return Rules.of(new Counting.Single(), Eligibility.ROSTER, secrecy);
    }

    private void opened(Rules rules, PollCommand.Enrolment... voters) {
        assertThat(hall.run(new PollCommand.Define(poll(rules)))).isEqualTo(new Done(PollState.DRAFT));
        if (voters.length > 0) {
            assertThat(hall.run(new PollCommand.Enrol("p", List.of(voters)))).isEqualTo(new Done(PollState.DRAFT));
        }
        assertThat(hall.run(new PollCommand.Open("p", 0))).isEqualTo(new Done(PollState.OPEN));
    }

    private CastResult vote(String voter, String id, String... choice) {
        return hall.vote(new Ballot("p", voter, List.of(choice), id));
    }

    private CastResult withPin(String voter, String pin, String id, String choice) {
        return hall.vote(new Ballot("p", voter, List.of(choice), id, new Proof.Pin(pin, "10.0.0.1")));
    }

    private static PollCommand.Enrolment enrolled(String name, String pin) {
        return new PollCommand.Enrolment(name, pin);
    }

    // ---------------------------------------------------------------------------------------------- life

    @Test
    void a_poll_goes_from_draft_to_published() {
        hall.run(new PollCommand.Define(poll(open(new Counting.Single()))));
        assertThat(vote("alice", "1", "a")).isEqualTo(new Refused(Refusal.NOT_OPEN));
        hall.run(new PollCommand.Open("p", 0));
        assertThat(vote("alice", "1", "a")).isEqualTo(new Voted(1));
        assertThat(hall.run(new PollCommand.Pause("p"))).isEqualTo(new Done(PollState.PAUSED));
        assertThat(vote("bob", "2", "a")).isEqualTo(new Refused(Refusal.PAUSED));
        assertThat(vote("alice", "1", "a")).isEqualTo(new Voted(1));
        hall.run(new PollCommand.Open("p", 0));
        assertThat(vote("bob", "2", "a")).isEqualTo(new Voted(2));
        assertThat(hall.run(new PollCommand.Close("p"))).isEqualTo(new Done(PollState.CLOSED));
        assertThat(vote("carla", "3", "a")).isEqualTo(new Refused(Refusal.CLOSED));
        assertThat(hall.run(new PollCommand.Publish("p"))).isEqualTo(new Done(PollState.PUBLISHED));
        assertThat(hall.run(new PollCommand.Open("p", 0)))
                .isEqualTo(new CommandResult.Refused(Reason.WRONG_STATE, "published"));
        restart();
        assertThat(hall.results("p").state()).isEqualTo(PollState.PUBLISHED);
        assertThat(hall.results("p").counts()).isEqualTo(Map.of("a", 2L, "b", 0L, "c", 0L));
    }

    @Test
    void what_is_not_possible_in_a_state_is_refused_and_changes_nothing() {
        PollCommand[] commands = {
            new PollCommand.Open("p", 0),
            new PollCommand.Pause("p"),
            new PollCommand.Close("p"),
            new PollCommand.Publish("p"),
            new PollCommand.Enrol("p", List.of(enrolled("x", "1234"))),
            new PollCommand.IssueCodes("p", 1)
        };
        for (PollCommand command : commands) {
            assertThat(hall.run(command)).isEqualTo(new CommandResult.Refused(Reason.UNKNOWN_POLL));
        }
        hall.run(new PollCommand.Define(poll(open(new Counting.Single()))));
        assertThat(hall.run(new PollCommand.Pause("p"))).isInstanceOf(CommandResult.Refused.class);
        assertThat(hall.run(new PollCommand.Close("p"))).isInstanceOf(CommandResult.Refused.class);
        assertThat(hall.run(new PollCommand.Publish("p"))).isInstanceOf(CommandResult.Refused.class);
        assertThat(hall.run(new PollCommand.Enrol("p", List.of(enrolled("x", "1234")))))
                .isEqualTo(new CommandResult.Refused(Reason.INVALID, "this poll has no roster"));
        assertThat(hall.run(new PollCommand.IssueCodes("p", 1)))
                .isEqualTo(new CommandResult.Refused(Reason.INVALID, "this poll has no codes"));
        hall.run(new PollCommand.Open("p", 0));
        assertThat(hall.run(new PollCommand.Open("p", 0))).isInstanceOf(CommandResult.Refused.class);
        assertThat(hall.run(new PollCommand.Delete("p"))).isInstanceOf(CommandResult.Refused.class);
        assertThat(hall.run(new PollCommand.Define(poll(open(new Counting.Approval())))))
                .isEqualTo(new CommandResult.Refused(Reason.EXISTS, "open"));
        assertThat(hall.results("p").state()).isEqualTo(PollState.OPEN);
    }

    @Test
    void only_an_organiser_directs_and_a_presenter_opens_and_closes() {
        Poll draft = poll(open(new Counting.Single()));
        List<CommandResult> answers = new ArrayList<>();
        for (Role role : List.of(Role.NOBODY, Role.PRESENTER)) {
            hall.box.run(role, new PollCommand.Define(draft), answers::add);
        }
        hall.run(new PollCommand.Define(draft));
        hall.box.run(Role.NOBODY, new PollCommand.Open("p", 0), answers::add);
        hall.box.run(Role.NOBODY, new PollCommand.Close("p"), answers::add);
        hall.box.run(Role.PRESENTER, new PollCommand.Delete("p"), answers::add);
        hall.box.run(Role.PRESENTER, new PollCommand.Publish("p"), answers::add);
        hall.box.run(Role.PRESENTER, new PollCommand.IssueCodes("p", 3), answers::add);
        hall.loop.run();
        assertThat(answers).hasSize(7).containsOnly(new CommandResult.Refused(Reason.FORBIDDEN));

        List<CommandResult> done = new ArrayList<>();
        hall.box.run(Role.PRESENTER, new PollCommand.Open("p", 0), done::add);
        hall.loop.run();
        assertThat(done).containsExactly(new Done(PollState.OPEN));
    }

    @Test
    void each_round_has_its_own_ballots_and_keeps_the_result_of_those_before() {
        opened(open(new Counting.Single()));
        vote("alice", "1", "a");
        hall.run(new PollCommand.Close("p"));
        hall.run(new PollCommand.Open("p", 0));
        assertThat(hall.results("p").round()).isEqualTo(2);
        assertThat(hall.results("p").total()).isZero();
        assertThat(vote("alice", "1", "b")).isEqualTo(new Voted(1));
        assertThat(vote("alice", "9", "b")).isEqualTo(new AlreadyVoted());
        restart();
        assertThat(hall.results("p").counts()).isEqualTo(Map.of("a", 0L, "b", 1L, "c", 0L));
        assertThat(hall.box.pastRounds("p")).hasSize(1);
        assertThat(hall.box.pastRounds("p").getFirst().counts()).isEqualTo(Map.of("a", 1L, "b", 0L, "c", 0L));
    }

    // ---------------------------------------------------------------------------------------------- time

    @Test
    void a_round_with_an_end_closes_by_itself_and_a_late_ballot_never_counts() {
        hall.run(new PollCommand.Define(poll(open(new Counting.Single()))));
        hall.run(new PollCommand.Open("p", 60));
        hall.loop.advance(59_999);
        assertThat(vote("alice", "1", "a")).isEqualTo(new Voted(1));
        hall.loop.advance(1);
        assertThat(hall.results("p").state()).isEqualTo(PollState.CLOSED);
        assertThat(vote("bob", "2", "a")).isEqualTo(new Refused(Refusal.CLOSED));
        assertThat(vote("alice", "1", "a")).isEqualTo(new Voted(1));
    }

    @Test
    void a_pause_keeps_what_is_left_of_the_time_also_over_a_restart() {
        hall.run(new PollCommand.Define(poll(open(new Counting.Single()))));
        hall.run(new PollCommand.Open("p", 60));
        hall.loop.advance(20_000);
        hall.run(new PollCommand.Pause("p"));
        hall.loop.advance(3_600_000);
        restart();
        hall.run(new PollCommand.Open("p", 0));
        hall.loop.advance(39_999);
        assertThat(hall.results("p").state()).isEqualTo(PollState.OPEN);
        hall.loop.advance(1);
        assertThat(hall.results("p").state()).isEqualTo(PollState.CLOSED);
    }

    @Test
    void a_round_that_ended_while_the_server_was_down_closes_at_the_next_start() {
        hall.run(new PollCommand.Define(poll(open(new Counting.Single()))));
        hall.loop.advance(
                600_000); // the next start's clock begins earlier, so that the round is over for it only later
        hall.run(new PollCommand.Open("p", 60));
        restart();
        hall.loop.advance(660_001);
        assertThat(hall.results("p").state()).isEqualTo(PollState.CLOSED);
    }

    @Test
    void a_round_whose_time_is_over_takes_no_ballot_although_the_disk_does_not_take_the_close() throws IOException {
        FaultyDisk faulty = new FaultyDisk(new SplittableRandom(1));
        Hall small = Hall.on(faulty);
        small.loop.run();
        small.run(new PollCommand.Define(poll(open(new Counting.Single()))));
        small.run(new PollCommand.Open("p", 60));
        faulty.capacity(faulty.used());
        faulty.failAt(1);
        assertThat(small.vote(new Ballot("p", "alice", List.of("a"), "1"))).isEqualTo(new Refused(Refusal.DEGRADED));
        small.loop.advance(60_000);
        assertThat(small.vote(new Ballot("p", "alice", List.of("a"), "1"))).isEqualTo(new Refused(Refusal.CLOSED));
        faulty.capacity(Long.MAX_VALUE);
        small.loop.advance(60_000);
        assertThat(small.results("p").state()).isEqualTo(PollState.CLOSED);
        assertThat(small.results("p").total()).isZero();
    }

    // ---------------------------------------------------------------------------------------------- counting

    @Test
    void multiple_choices_are_counted_within_their_limits() {
        opened(open(new Counting.Multiple(1, 2)));
        assertThat(vote("alice", "1", "c", "a")).isEqualTo(new Voted(1));
        assertThat(vote("bob", "2", "a")).isEqualTo(new Voted(2));
        assertThat(vote("carla", "3", "a", "b", "c")).isEqualTo(new Refused(Refusal.WRONG_NUMBER_OF_CHOICES));
        assertThat(vote("carla", "3", "a", "A")).isEqualTo(new Refused(Refusal.WRONG_NUMBER_OF_CHOICES));
        assertThat(vote("carla", "3")).isEqualTo(new Refused(Refusal.WRONG_NUMBER_OF_CHOICES));
        assertThat(hall.results("p").counts()).isEqualTo(Map.of("a", 2L, "b", 0L, "c", 1L));
        assertThat(hall.results("p").total()).isEqualTo(2);
    }

    @Test
    void scores_add_up_and_are_checked() {
        opened(open(new Counting.Score(5)));
        assertThat(vote("alice", "1", "a=5", "c=2")).isEqualTo(new Voted(1));
        assertThat(vote("bob", "2", "a=1", "b=0", "c=3")).isEqualTo(new Voted(2));
        for (String wrong : List.of("a=6", "a=-1", "a=", "a=1.5", "a=+1", "a=0005")) {
            assertThat(vote("carla", "3", wrong)).as(wrong).isEqualTo(new Refused(Refusal.WRONG_SCORE));
        }
        assertThat(vote("carla", "3", "a")).isEqualTo(new Refused(Refusal.UNKNOWN_CHOICE));
        assertThat(vote("carla", "3", "a=1", "a=2")).isEqualTo(new Refused(Refusal.WRONG_SCORE));
        restart();
        assertThat(hall.results("p").counts()).isEqualTo(Map.of("a", 6L, "b", 0L, "c", 5L));
    }

    @Test
    void a_yes_no_poll_needs_its_majority_of_yes_and_no_and_its_quorum_of_all() {
        opened(open(new Counting.YesNo()).withDecision(Majority.TWO_THIRDS, 0, 4));
        vote("a", "1", "oui");
        vote("b", "2", "yes");
        vote("c", "3", "non");
        hall.run(new PollCommand.Close("p"));
        assertThat(hall.box.outcome(hall.results("p"))).isEqualTo(new Outcome(false, List.of()));
        hall.run(new PollCommand.Open("p", 0));
        vote("a", "1", "oui");
        vote("b", "2", "oui");
        vote("c", "3", "non");
        vote("d", "4", "abstention");
        assertThat(hall.box.outcome(hall.results("p"))).isEqualTo(new Outcome(true, List.of("yes")));
        vote("e", "5", "no");
        assertThat(hall.box.outcome(hall.results("p"))).isEqualTo(new Outcome(true, List.of("no")));
    }

    @Test
    void half_is_not_more_than_half_and_a_tie_names_all() {
        opened(open(new Counting.Single()));
        vote("a", "1", "a");
        vote("b", "2", "b");
        assertThat(hall.box.outcome(hall.results("p"))).isEqualTo(new Outcome(true, List.of("a", "b")));
        Results even = hall.results("p");
        Poll half = poll(open(new Counting.Single()).withDecision(Majority.HALF, 0, 0));
        assertThat(Outcome.of(half, even).winners()).isEmpty();
        vote("c", "3", "b");
        assertThat(Outcome.of(half, hall.results("p")).winners()).containsExactly("b");
    }

    @Test
    void a_quorum_in_percent_is_of_those_on_the_list() {
        Rules rules = roster(Secrecy.NAMED).withDecision(Majority.PLURALITY, 50, 0);
        opened(rules, enrolled("A", "1111"), enrolled("B", "1111"), enrolled("C", "1111"));
        assertThat(hall.results("p").eligible()).isEqualTo(3);
        withPin("A", "1111", "1", "a");
        assertThat(hall.box.outcome(hall.results("p")).isQuorate()).isFalse();
        withPin("B", "1111", "2", "a");
        assertThat(hall.box.outcome(hall.results("p"))).isEqualTo(new Outcome(true, List.of("a")));
        assertThatThrownBy(() -> open(new Counting.Single()).withDecision(Majority.HALF, 50, 0))
                .hasMessage("a quorum in percent needs a list of voters (roster or codes)");
    }

    // ---------------------------------------------------------------------------------------------- who

    @Test
    void a_roster_takes_its_names_with_their_pins_and_nobody_else() {
        opened(roster(Secrecy.NAMED), enrolled("Alice Martin", "4711"), enrolled("Bob", "0000"));
        assertThat(withPin("Mallory", "4711", "1", "a")).isEqualTo(new Refused(Refusal.BAD_PIN));
        assertThat(withPin("Alice Martin", "4712", "1", "a")).isEqualTo(new Refused(Refusal.BAD_PIN));
        assertThat(vote("Alice Martin", "1", "a")).isEqualTo(new Refused(Refusal.BAD_PIN));
        assertThat(withPin("alice  MARTIN", "47 11", "1", "a")).isEqualTo(new Voted(1));
        assertThat(withPin("Alice Martin", "4712", "1", "a"))
                .as("whether somebody has voted is not said to a stranger")
                .isEqualTo(new Refused(Refusal.BAD_PIN));
        restart();
        assertThat(withPin("Alice Martin", "4711", "1", "a")).isEqualTo(new Voted(1));
        assertThat(withPin("Alice Martin", "4711", "2", "a")).isEqualTo(new AlreadyVoted());
        assertThat(withPin("Bob", "0000", "3", "b")).isEqualTo(new Voted(2));
        assertThat(hall.box.voters("p", Role.NOBODY)).containsExactly("Alice Martin", "Bob");
    }

    @Test
    void after_five_wrong_pins_even_the_right_one_waits_but_not_from_elsewhere() {
        opened(roster(Secrecy.NAMED), enrolled("Alice", "4711"), enrolled("Bob", "0000"));
        for (int i = 0; i < 5; i++) {
            assertThat(withPin("Alice", "000" + i, "1", "a")).isEqualTo(new Refused(Refusal.BAD_PIN));
        }
        assertThat(withPin("Alice", "4711", "1", "a")).isEqualTo(new Refused(Refusal.RATE));
        assertThat(withPin("Bob", "0000", "2", "a")).isEqualTo(new Voted(1));
        assertThat(hall.vote(new Ballot("p", "Alice", List.of("a"), "1", new Proof.Pin("4711", "10.0.0.2"))))
                .isEqualTo(new Voted(2));
        hall.loop.advance(5_000);
        assertThat(withPin("Alice", "4711", "1", "a")).isEqualTo(new Voted(2));
    }

    @Test
    void a_faulty_roster_is_refused_with_the_place_of_the_fault() {
        hall.run(new PollCommand.Define(poll(roster(Secrecy.NAMED))));
        assertThat(hall.run(new PollCommand.Enrol("p", List.of(enrolled("A", "1234"), enrolled(" a ", "1234")))))
                .isEqualTo(new CommandResult.Refused(Reason.INVALID, "voter 2: \" a \" is on the list already"));
        assertThat(hall.run(new PollCommand.Enrol("p", List.of(enrolled("A", "123")))))
                .isEqualTo(new CommandResult.Refused(Reason.INVALID, "voter 1: a PIN has 4 to 64 characters"));
        assertThat(hall.run(new PollCommand.Enrol("p", List.of(enrolled("\u202e", "1234")))))
                .isEqualTo(new CommandResult.Refused(Reason.INVALID, "voter 1: not a name (syntax)"));
        assertThat(hall.run(new PollCommand.Open("p", 0)))
                .isEqualTo(new CommandResult.Refused(
                        Reason.INVALID, "nobody may vote yet: the poll needs its roster or codes first"));
    }

    private List<String> codes(int count) {
        return hall.run(new PollCommand.IssueCodes("p", count)) instanceof CommandResult.Codes(List<String> codes)
                ? codes
                : List.of();
    }

    private CastResult code(String code, String id, String choice) {
        return hall.vote(new Ballot("p", "", List.of(choice), id, new Proof.Code(code, "10.0.0.1")));
    }

    @Test
    void a_code_is_one_vote_once_in_any_spelling() {
        Rules rules = Rules.of(new Counting.Single(), Eligibility.CODES, Secrecy.CODES);
        hall.run(new PollCommand.Define(poll(rules)));
        List<String> codes = codes(3);
        assertThat(codes).hasSize(3).allMatch(code -> code.matches("([2-9A-HJ-NP-Z]{4}-){2}[2-9A-HJ-NP-Z]{4}"));
        hall.run(new PollCommand.Open("p", 0));
        assertThat(code(codes.get(0), "1", "a")).isEqualTo(new Voted(1));
        assertThat(code(codes.get(0).toLowerCase(java.util.Locale.ROOT).replace("-", " "), "2", "b"))
                .isEqualTo(new AlreadyVoted());
        assertThat(code("AAAA-BBBB-CCCC", "3", "a")).isEqualTo(new Refused(Refusal.BAD_CODE));
        assertThat(vote("alice", "4", "a")).isEqualTo(new Refused(Refusal.BAD_CODE));
        restart();
        assertThat(code(codes.get(0), "1", "a")).isEqualTo(new Voted(1));
        assertThat(code(codes.get(1), "5", "b")).isEqualTo(new Voted(2));
        hall.run(new PollCommand.Close("p"));
        restart();
        assertThat(code(codes.get(1), "5", "b")).isEqualTo(new Voted(2));
        assertThat(code(codes.get(1), "6", "b")).isEqualTo(new AlreadyVoted());
        assertThat(code(codes.get(2), "7", "b")).isEqualTo(new Refused(Refusal.CLOSED));
        assertThat(hall.results("p").eligible()).isEqualTo(3);
    }

    @Test
    void wrong_codes_are_slowed_down_and_a_right_one_never_is() {
        hall.run(new PollCommand.Define(poll(Rules.of(new Counting.Single(), Eligibility.CODES, Secrecy.CODES))));
        String right = codes(1).getFirst();
        hall.run(new PollCommand.Open("p", 0));
        for (int i = 0; i < Tries.MANY; i++) {
            assertThat(code("AAAA-BBBB-CCCC", "1", "a")).isEqualTo(new Refused(Refusal.BAD_CODE));
        }
        assertThat(code("AAAA-BBBB-CCCC", "1", "a")).isEqualTo(new Refused(Refusal.RATE));
        assertThat(code(right, "1", "a"))
                .as("one person's guesses shut out nobody")
                .isEqualTo(new Voted(1));
    }

    @Test
    void names_that_are_proven_elsewhere_are_compared_exactly_and_cannot_be_claimed() {
        for (Eligibility eligibility : List.of(Eligibility.MQTT_USER, Eligibility.CERTIFICATE)) {
            disk = new MemoryDisk();
            hall = on(disk);
            opened(Rules.of(new Counting.Single(), eligibility, Secrecy.NAMED));
            Proof right =
                    eligibility == Eligibility.MQTT_USER ? new Proof.MqttUser("Alice") : new Proof.Certificate("Alice");
            Proof wrong =
                    eligibility == Eligibility.MQTT_USER ? new Proof.Certificate("Alice") : new Proof.MqttUser("Alice");
            assertThat(vote("Alice", "1", "a")).isEqualTo(new Refused(Refusal.NOT_ELIGIBLE));
            assertThat(hall.vote(new Ballot("p", "Alice", List.of("a"), "1", wrong)))
                    .isEqualTo(new Refused(Refusal.NOT_ELIGIBLE));
            assertThat(hall.vote(new Ballot("p", "alice", List.of("a"), "1", right)))
                    .isEqualTo(new Refused(Refusal.NOT_ELIGIBLE));
            assertThat(hall.vote(new Ballot("p", "", List.of("a"), "1", right))).isEqualTo(new Voted(1));
            assertThat(hall.vote(new Ballot("p", "Alice", List.of("a"), "2", right)))
                    .isEqualTo(new AlreadyVoted());
        }
    }

    // ---------------------------------------------------------------------------------------------- change

    @Test
    void where_votes_may_be_changed_the_last_one_counts_and_a_late_retry_brings_no_earlier_one_back() {
        Rules rules = roster(Secrecy.NAMED).withChange(Change.UNTIL_CLOSE);
        opened(rules, enrolled("Alice", "4711"), enrolled("Bob", "4711"));
        assertThat(withPin("Alice", "4711", "1", "a")).isEqualTo(new Voted(1));
        assertThat(withPin("Alice", "4711", "2", "b")).isEqualTo(new Voted(2));
        assertThat(withPin("Alice", "4711", "1", "a")).isEqualTo(new Voted(1));
        assertThat(hall.results("p").counts()).isEqualTo(Map.of("a", 0L, "b", 1L, "c", 0L));
        assertThat(hall.results("p").total()).isEqualTo(1);
        restart();
        assertThat(withPin("Alice", "4711", "1", "a")).isEqualTo(new Voted(1));
        assertThat(withPin("Alice", "4711", "3", "c")).isEqualTo(new Voted(3));
        hall.run(new PollCommand.Close("p"));
        assertThat(withPin("Alice", "4711", "4", "a")).isEqualTo(new AlreadyVoted());
        assertThat(withPin("Alice", "4711", "3", "c")).isEqualTo(new Voted(3));
        assertThat(hall.results("p").counts()).isEqualTo(Map.of("a", 0L, "b", 0L, "c", 1L));
        assertThatThrownBy(() -> open(new Counting.Single()).withChange(Change.UNTIL_CLOSE))
                .hasMessageContaining("anybody could change anybody's vote");
    }

    // ---------------------------------------------------------------------------------------------- what is shown

    @Test
    void results_at_close_are_shown_to_nobody_before() {
        opened(open(new Counting.Single()).withResults(ResultsShown.AT_CLOSE, 1));
        vote("alice", "1", "a");
        assertThat(hall.results("p").isShown()).isFalse();
        assertThat(hall.results("p").counts()).isEmpty();
        assertThat(hall.results("p").total()).isEqualTo(1);
        assertThat(hall.box.resultsFor("p", "1")).isEqualTo(hall.results("p"));
        hall.run(new PollCommand.Close("p"));
        assertThat(hall.results("p").counts()).isEqualTo(Map.of("a", 1L, "b", 0L, "c", 0L));
    }

    @Test
    void results_after_the_own_vote_are_shown_to_whoever_names_it() {
        opened(open(new Counting.Single()).withResults(ResultsShown.AFTER_OWN_VOTE, 1));
        vote("alice", "secret-id", "a");
        assertThat(hall.results("p").isShown()).isFalse();
        assertThat(hall.box.resultsFor("p", "guess")).isEqualTo(hall.results("p"));
        Results own = hall.box.resultsFor("p", "secret-id");
        assertThat(own == null ? null : own.counts()).isEqualTo(Map.of("a", 1L, "b", 0L, "c", 0L));
    }

    @Test
    void batched_results_move_k_ballots_at_a_time() {
        opened(open(new Counting.Single()).withResults(ResultsShown.BATCHED, 3));
        for (int i = 1; i <= 8; i++) {
            vote("v" + i, "i" + i, "a");
            assertThat(hall.results("p").counted()).isEqualTo(i / 3 * 3);
            assertThat(hall.results("p").counts().get("a")).isEqualTo(i / 3 * 3L);
            assertThat(hall.results("p").total()).isEqualTo(i);
        }
        restart();
        assertThat(hall.results("p").counted()).isEqualTo(6);
        hall.run(new PollCommand.Close("p"));
        assertThat(hall.results("p").counted()).isEqualTo(8);
    }

    // ---------------------------------------------------------------------------------------------- secrecy

    private String everythingOnDisk() throws IOException {
        StringBuilder all = new StringBuilder();
        for (String name : disk.list()) {
            try (var file = disk.open(name)) {
                java.nio.ByteBuffer bytes = java.nio.ByteBuffer.allocate((int) file.size());
                file.read(bytes, 0);
                all.append(new String(bytes.array(), StandardCharsets.UTF_8));
            }
        }
        return all.toString();
    }

    @Test
    void a_confidential_poll_counts_and_after_the_close_nothing_links_voters_and_choices() throws IOException {
        opened(
                roster(Secrecy.CONFIDENTIAL),
                enrolled("Alice", "4711"),
                enrolled("Bob", "4711"),
                enrolled("Carla", "4711"));
        withPin("Bob", "4711", "bob-1", "b");
        withPin("Alice", "4711", "alice-1", "a");
        assertThat(hall.box.voters("p", Role.NOBODY)).isNull();
        assertThat(hall.box.voters("p", Role.ORGANISER)).containsExactly("Alice", "Bob");
        assertThat(disk.list()).contains("p.key", "p.round-1.key");
        restart();
        assertThat(withPin("Bob", "4711", "bob-1", "b")).isEqualTo(new Voted(1));

        assertThat(hall.run(new PollCommand.Close("p"))).isEqualTo(new Done(PollState.CLOSED));

        assertThat(disk.list()).contains("p.key").doesNotContain("p.round-1.key");
        assertThat(hall.results("p").counts()).isEqualTo(Map.of("a", 1L, "b", 1L, "c", 0L));
        restart();
        assertThat(hall.results("p").counts()).isEqualTo(Map.of("a", 1L, "b", 1L, "c", 0L));
        assertThat(withPin("Bob", "4711", "bob-1", "b"))
                .as("a late retry gets its number")
                .isEqualTo(new Voted(1));
        assertThat(withPin("Bob", "4711", "bob-2", "b")).isEqualTo(new AlreadyVoted());
        assertThat(withPin("Carla", "4711", "c", "b")).isEqualTo(new Refused(Refusal.CLOSED));
        assertThat(hall.box.voters("p", Role.ORGANISER)).hasSize(2);
        assertThat(everythingOnDisk()).doesNotContain("Alice").doesNotContain("alice-1");
    }

    @Test
    void the_key_of_a_secret_round_is_destroyed_at_the_next_start_if_the_server_died_before() throws IOException {
        opened(roster(Secrecy.CONFIDENTIAL), enrolled("Alice", "4711"));
        withPin("Alice", "4711", "1", "a");
        MemoryDisk before = copy(disk);
        hall.run(new PollCommand.Close("p"));
        try (var key = before.open("p.round-1.key");
                var back = disk.open("p.round-1.key")) {
            java.nio.ByteBuffer bytes = java.nio.ByteBuffer.allocate(Seal.KEY_BYTES);
            key.read(bytes, 0);
            back.write(bytes.flip(), 0);
        }
        restart();
        assertThat(disk.list()).doesNotContain("p.round-1.key");
        assertThat(hall.results("p").total()).isEqualTo(1);
    }

    private static MemoryDisk copy(MemoryDisk from) throws IOException {
        MemoryDisk to = new MemoryDisk();
        for (String name : from.list()) {
            try (var source = from.open(name);
                    var target = to.open(name)) {
                java.nio.ByteBuffer bytes = java.nio.ByteBuffer.allocate((int) source.size());
                source.read(bytes, 0);
                target.write(bytes.flip(), 0);
            }
        }
        return to;
    }

    @Test
    void a_secret_poll_may_not_show_each_ballot_as_it_comes() {
        assertThatThrownBy(() -> roster(Secrecy.CONFIDENTIAL).withResults(ResultsShown.ALWAYS, 5))
                .hasMessageContaining("cannot show each ballot as it comes");
        assertThatThrownBy(() -> roster(Secrecy.CONFIDENTIAL).withResults(ResultsShown.BATCHED, 1))
                .hasMessageContaining("2 ballots or more");
        assertThatThrownBy(() -> roster(Secrecy.CODES)).hasMessageContaining("go together");
    }

    // ---------------------------------------------------------------------------------------------- deletion

    @Test
    void a_deleted_poll_keeps_its_number_its_question_and_its_counts_and_nothing_of_its_voters() throws IOException {
        opened(roster(Secrecy.NAMED), enrolled("Alice", "4711"));
        withPin("Alice", "4711", "1", "a");
        hall.run(new PollCommand.Close("p"));
        MemoryDisk before = copy(disk);
        assertThat(hall.run(new PollCommand.Delete("p"))).isEqualTo(new Done(PollState.DELETED));

        assertThat(hall.box.poll("p")).isNull();
        assertThat(withPin("Alice", "4711", "1", "a")).isEqualTo(new Refused(Refusal.UNKNOWN_POLL));
        assertThat(hall.run(new PollCommand.Define(poll(open(new Counting.Single())))))
                .isEqualTo(new CommandResult.Refused(Reason.EXISTS, "deleted"));
        assertThat(disk.list()).doesNotContain("p.key");
        restart();
        assertThat(hall.box.poll("p")).isNull();
        assertThat(hall.box.polls()).isEmpty();
        assertThat(everythingOnDisk())
                .contains("Quoi ?")
                .contains("\"tally\":[{\"ballots\":1,\"choice\":[\"a\"]}]")
                .doesNotContain("Alice");
        assertThat(on(before).results("p").total()).isEqualTo(1); // what a backup holds, it holds
    }

    @Test
    void a_poll_is_deleted_when_its_time_is_over() {
        opened(open(new Counting.Single()).withRetentionDays(2));
        vote("alice", "1", "a");
        hall.run(new PollCommand.Close("p"));
        hall.loop.advance(86_400_000L * 2 - 1_000);
        assertThat(hall.box.poll("p")).isNotNull();
        hall.loop.advance(601_000);
        assertThat(hall.box.poll("p")).isNull();
        assertThat(Path.of("p.key")).doesNotExist();
    }

    @Test
    void a_draft_can_be_changed_and_an_open_poll_cannot() {
        hall.run(new PollCommand.Define(poll(open(new Counting.Single()))));
        Poll other = new Poll("p", Map.of(Language.FRENCH, "Autre ?"), options("x", "y"), Rules.showOfHands());
        assertThat(hall.run(new PollCommand.Define(other))).isEqualTo(new Done(PollState.DRAFT));
        assertThat(hall.box.poll("p")).isEqualTo(other);
        hall.run(new PollCommand.Open("p", 0));
        restart();
        assertThat(hall.box.poll("p")).isEqualTo(other);
        assertThat(vote("alice", "1", "x")).isEqualTo(new Voted(1));
    }
}
