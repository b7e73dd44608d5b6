package org.althing.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The options of mosquitto.conf whose effect a test shows: it fails when one of them is ignored. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Option {
    /** Names as in the file; {@code plugin_opt_KEY} for all that begin so. */
    String[] value();
}
