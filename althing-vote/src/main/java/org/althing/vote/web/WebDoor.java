package org.althing.vote.web;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.althing.net.HttpHandler;
import org.althing.vote.Ballot;
import org.althing.vote.BallotBox;
import org.althing.vote.CastResult;
import org.althing.vote.Language;
import org.althing.vote.Poll;
import org.althing.vote.PollState;
import org.althing.vote.Refusal;
import org.althing.vote.Results;
import org.althing.vote.Words;
import org.althing.vote.json.JsonWriter;
import org.jspecify.annotations.Nullable;

/**
 * The web door.
 *
 * <pre>
 *   GET  /                  while exactly one poll is open its ballot, otherwise links to all
 *   GET  /v/heure           the ballot page
 *   POST /v/heure           name, choice, id: a ballot; answered by the page, or by JSON where that is accepted
 *   GET  /v/heure/results   the count, JSON
 *   GET  /assets/...        style and scripts
 * </pre>
 *
 * Requests may come from any loop; pages are made on the box's.
 */
public final class WebDoor implements HttpHandler {
    private static final String POLICY =
            "default-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private final BallotBox box;
    private final RandomGenerator random;
    private final Assets assets = new Assets();

    /** @param random names ballots of forms; not to be guessed by others */
    public WebDoor(BallotBox box, RandomGenerator random) {
        this.box = box;
        this.random = random;
    }

    @Override
    public void handle(Request request, Exchange exchange) {
        if (request.path().startsWith("/assets/")) {
            exchange.respond(asset(request));
        } else {
            box.loop().execute(() -> route(request, exchange));
        }
    }

    private void route(Request request, Exchange exchange) {
        Language language = language(request);
        String path = request.path();
        boolean isGet = request.method().equals("GET") || request.method().equals("HEAD");
        String pollId = path.startsWith("/v/") ? path.substring(3) : "";
        if (path.equals("/")) {
            exchange.respond(isGet ? home(language) : notAllowed("GET, HEAD"));
        } else if (pollId.endsWith("/results")) {
            exchange.respond(isGet ? results(pollId.substring(0, pollId.length() - 8)) : notAllowed("GET, HEAD"));
        } else if (box.poll(pollId) == null) {
            exchange.respond(page(404, ListPage.sentence(new PageWords(language).notFound(), language)));
        } else if (request.method().equals("POST")) {
            onPost(pollId, request, language, exchange);
        } else {
            exchange.respond(isGet ? ballot(pollId, path, language, 200, null) : notAllowed("GET, HEAD, POST"));
        }
    }

    // ---------------------------------------------------------------------------------------------- looking

    private Response home(Language language) {
        Map<Poll, PollState> polls = new LinkedHashMap<>();
        for (Poll poll : box.polls()) {
            Results results = box.results(poll.id());
            polls.put(poll, results == null ? PollState.DRAFT : results.state());
        }
        List<Poll> open = polls.entrySet().stream()
                .filter(entry -> entry.getValue() == PollState.OPEN)
                .map(Map.Entry::getKey)
                .toList();
        return open.size() == 1
                ? ballot(open.getFirst().id(), "/", language, 200, null)
                : page(200, ListPage.html(polls, language));
    }

    private Response ballot(
            String pollId, String path, Language language, int status, BallotPage.@Nullable Posted posted) {
        Poll poll = box.poll(pollId);
        Results results = box.results(pollId);
        if (poll == null || results == null) {
            throw new IllegalStateException("no poll " + pollId);
        }
        return page(status, BallotPage.html(poll, results, language, path, newVoteId(), posted));
    }

    private Response results(String pollId) {
        Results results = box.results(pollId);
        return results == null
                ? json(404, JsonWriter.write(Map.of("status", Refusal.UNKNOWN_POLL.code())))
                : json(200, results.json());
    }

    private Response asset(Request request) {
        Assets.Asset asset = assets.named(request.path().substring("/assets/".length()));
        if (asset == null) {
            return new Response(
                    404, Map.of("Content-Type", "text/plain"), "not found\n".getBytes(StandardCharsets.US_ASCII));
        }
        return response(200, asset.contentType(), "no-cache", asset.content());
    }

    // ---------------------------------------------------------------------------------------------- voting

    private void onPost(String pollId, Request request, Language language, Exchange exchange) {
        boolean wantsJson = String.valueOf(request.header("accept")).startsWith("application/json");
        if (!isSameOrigin(request)) {
            String sentence = new PageWords(language).otherOrigin();
            exchange.respond(
                    wantsJson
                            ? json(403, JsonWriter.write(Map.of("status", "other-origin", "text", sentence)))
                            : page(403, ListPage.sentence(sentence, language)));
            return;
        }
        FormFields fields = FormFields.of(request.body());
        String name = fields.first("name");
        String id = fields.first("id");
        Ballot ballot = new Ballot(pollId, name, fields.all("choice"), id.isEmpty() ? null : id);
        box.cast(ballot, result -> {
            int status = status(result);
            if (wantsJson) {
                exchange.respond(json(status, receipt(pollId, id, result, language)));
            } else {
                BallotPage.Posted posted = new BallotPage.Posted(name, fields.first("choice"), result);
                exchange.respond(ballot(pollId, "/v/" + pollId, language, status, posted));
            }
        });
    }

    private String receipt(String pollId, String id, CastResult result, Language language) {
        Poll poll = box.poll(pollId);
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("id", id);
        switch (result) {
            case CastResult.Voted(long seq) -> {
                members.put("status", "voted");
                members.put("seq", seq);
            }
            case CastResult.AlreadyVoted _ -> members.put("status", "already-voted");
            case CastResult.Refused(Refusal refusal) -> members.put("status", refusal.code());
        }
        members.put("text", poll == null ? "" : Words.verdict(result, poll, language));
        return JsonWriter.write(members);
    }

    private static int status(CastResult result) {
        return switch (result) {
            case CastResult.Voted _ -> 200;
            case CastResult.AlreadyVoted _ -> 409;
            case CastResult.Refused(Refusal refusal) ->
                switch (refusal) {
                    case UNKNOWN_POLL -> 404;
                    case NOT_OPEN, CLOSED -> 409;
                    case UNKNOWN_CHOICE, WRONG_NUMBER_OF_CHOICES, BAD_NAME, NAME_TOO_LONG, BAD_VOTE_ID -> 400;
                    case BUSY, DEGRADED -> 503;
                };
        };
    }

    /**
     * Whether the form is one of ours. A browser says the origin of every post; a program that says nothing is nobody's
     * tool in somebody else's browser.
     */
    private static boolean isSameOrigin(Request request) {
        String origin = request.header("origin");
        String host = request.header("host");
        if (origin != null) {
            return host != null
                    && (origin.equalsIgnoreCase("http://" + host) || origin.equalsIgnoreCase("https://" + host));
        }
        String site = request.header("sec-fetch-site");
        return site == null || site.equals("same-origin") || site.equals("none");
    }

    /** 128 random bits. */
    private String newVoteId() {
        byte[] bits = new byte[16];
        random.nextBytes(bits);
        return HexFormat.of().formatHex(bits);
    }

    // ---------------------------------------------------------------------------------------------- answers

    /** As the link says ({@code ?lang=en}), otherwise the first one that the browser prefers and we speak. */
    private static Language language(Request request) {
        Language asked = Language.of(FormFields.of(request.query()).first("lang"));
        if (asked != null) {
            return asked;
        }
        String accepted = String.valueOf(request.header("accept-language"));
        double best = 0;
        Language chosen = Language.FRENCH;
        for (String part : accepted.toLowerCase(Locale.ROOT).split(",")) {
            String[] words = part.strip().split(";\\s*q=", -1);
            Language language = Language.of(words[0].strip());
            double weight = words.length == 1 ? 1 : weight(words[1]);
            if (language != null && weight > best) {
                best = weight;
                chosen = language;
            }
        }
        return chosen;
    }

    private static double weight(String text) {
        try {
            return Double.parseDouble(text.strip());
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static Response page(int status, String html) {
        return response(status, "text/html; charset=utf-8", "no-store", html.getBytes(StandardCharsets.UTF_8));
    }

    private static Response json(int status, String json) {
        return response(status, "application/json; charset=utf-8", "no-store", json.getBytes(StandardCharsets.UTF_8));
    }

    private static Response notAllowed(String methods) {
        return new Response(405, Map.of("Allow", methods), new byte[0]);
    }

    private static Response response(int status, String contentType, String caching, byte[] body) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", contentType);
        headers.put("Cache-Control", caching);
        headers.put("Content-Security-Policy", POLICY);
        headers.put("X-Content-Type-Options", "nosniff");
        // Not no-referrer: a form posted under it says "null" instead of its origin.
        headers.put("Referrer-Policy", "same-origin");
        return new Response(status, headers, body);
    }
}
