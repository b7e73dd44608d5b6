package org.althing.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The normative statements that a test holds, by their numbers: {@code MQTT-3.3.1-2}. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Normative {
    /** Numbers of MQTT 5.0, without brackets. */
    String[] value() default {};

    /** Numbers of MQTT 3.1.1, without brackets. */
    String[] v311() default {};
}
