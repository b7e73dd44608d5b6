package org.althing.simulation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The simulation and the broker with one mistake in it: classes of their own, beside the right ones. */
final class Mutant extends ClassLoader {
    private final Mutation mutation;
    private final List<String> own;
    private final byte[] changed;

    Mutant(Mutation mutation) {
        super(Mutant.class.getClassLoader());
        this.mutation = mutation;
        // What stands on the changed class is loaded anew, the rest is shared and warm.
        String module = mutation.type().substring(0, mutation.type().indexOf('.'));
        own = List.of("org.althing.simulation.", "org.althing.broker.", "org.althing." + module + ".");
        setDefaultAssertionStatus(true);
        changed = mutation.applyTo(original(mutation.className()), getParent()); // now, or a run would report it
    }

    /** Runs one seed; returns what the simulation found, or null. */
    @Nullable
    String run(long seed, int shards) {
        try {
            Class<?> scenario = loadClass(Scenario.class.getName());
            Object made =
                    scenario.getConstructor(long.class, int.class, int.class).newInstance(seed, Scenario.STEPS, shards);
            loadClass(Simulation.class.getName()).getMethod("run", scenario).invoke(null, made);
            return null;
        } catch (InvocationTargetException e) {
            Throwable failure = e.getTargetException();
            if (failure.getClass().getName().equals(SimulationFailure.class.getName())) {
                String message = String.valueOf(failure.getMessage());
                return message.substring(message.lastIndexOf("\nsimulate ") + 1);
            }
            throw new IllegalStateException("with the mistake '" + mutation + "'", failure);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null) {
                return loaded;
            }
            return own.stream().anyMatch(name::startsWith) ? define(name) : super.loadClass(name, resolve);
        }
    }

    private Class<?> define(String name) {
        byte[] bytes = name.equals(mutation.className()) ? changed : original(name);
        return defineClass(name, bytes, 0, bytes.length);
    }

    private byte[] original(String name) {
        try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new IllegalStateException("the mistake '" + mutation + "' cannot be made: no class " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
