package org.althing.vote.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An object that was read, with typed reading of its members. */
public final class JsonObject {
    /** The object without members. */
    public static final JsonObject EMPTY = new JsonObject(Map.of());

    private final Map<String, @Nullable Object> members;

    private JsonObject(Map<String, @Nullable Object> members) {
        this.members = members;
    }

    static JsonObject of(Map<?, ?> map) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        map.forEach((name, value) -> members.put((String) name, value));
        return new JsonObject(members);
    }

    public Set<String> names() {
        return members.keySet();
    }

    public boolean has(String name) {
        return members.containsKey(name);
    }

    /** Everything, to write it again. */
    public Map<String, @Nullable Object> members() {
        return members;
    }

    public String string(String name) throws JsonException {
        if (members.get(name) instanceof String text) {
            return text;
        }
        throw new JsonException("\"" + name + "\" must be a string");
    }

    /** The string, or null where it is absent. */
    public @Nullable String optionalString(String name) throws JsonException {
        return members.get(name) == null ? null : string(name);
    }

    public long integer(String name) throws JsonException {
        if (members.get(name) instanceof Long number) {
            return number;
        }
        throw new JsonException("\"" + name + "\" must be a whole number");
    }

    public boolean bool(String name) throws JsonException {
        if (members.get(name) instanceof Boolean bool) {
            return bool;
        }
        throw new JsonException("\"" + name + "\" must be true or false");
    }

    public JsonObject object(String name) throws JsonException {
        if (members.get(name) instanceof Map<?, ?> map) {
            return of(map);
        }
        throw new JsonException("\"" + name + "\" must be an object");
    }

    public List<String> strings(String name) throws JsonException {
        List<String> strings = new ArrayList<>();
        for (Object element : list(name)) {
            if (!(element instanceof String text)) {
                throw new JsonException("\"" + name + "\" must be a list of strings");
            }
            strings.add(text);
        }
        return strings;
    }

    public List<JsonObject> objects(String name) throws JsonException {
        List<JsonObject> objects = new ArrayList<>();
        for (Object element : list(name)) {
            if (!(element instanceof Map<?, ?> map)) {
                throw new JsonException("\"" + name + "\" must be a list of objects");
            }
            objects.add(of(map));
        }
        return objects;
    }

    private List<?> list(String name) throws JsonException {
        if (members.get(name) instanceof List<?> list) {
            return list;
        }
        throw new JsonException("\"" + name + "\" must be a list");
    }
}
