package org.althing.simulation;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.util.List;

/**
 * One mistake that is put into one method of a class of production: the simulation must notice it.
 *
 * <p>Everything is named as in the source. What the name does not fit to any more fails the test that uses it: then say
 * in {@link MutationSimulation} how the same mistake is made in the code as it is now.
 *
 * @param type the class's binary name, behind {@code org.althing.}
 * @param method its name; of several with this name all in which the change finds something are changed, and of {@link
 *     #ALL} all there are
 */
record Mutation(String mistake, String type, String method, Change change) {
    static final String ALL = "*";

    /** What is done to the method; its lambdas are part of it. */
    sealed interface Change {
        /** The whole method answers this (0, 1, or null) and does nothing. */
        record Answer(int value) implements Change {}

        /** Calls of this method of this type are left out; they answer 0, false or null. */
        record LeaveOut(String callOf, String callee) implements Change {}

        /** Calls of this method answer this, whatever is said. */
        record Answered(String callOf, String callee, int value) implements Change {}

        /** Another method of the same type, without parameters, is called in its place; its number is multiplied. */
        record Scaled(String callOf, String callee, String instead, long factor) implements Change {}

        /** Another method of the same type and form is called in its place. */
        record CallInstead(String callOf, String callee, String instead) implements Change {}
    }

    static Mutation nothingIsDoneBy(String mistake, String type, String method) {
        return new Mutation(mistake, type, method, new Change.Answer(0));
    }

    static Mutation answers(String mistake, String type, String method, int value) {
        return new Mutation(mistake, type, method, new Change.Answer(value));
    }

    static Mutation leavesOut(String mistake, String type, String method, String callOf, String callee) {
        return new Mutation(mistake, type, method, new Change.LeaveOut(callOf, callee));
    }

    String className() {
        return "org.althing." + type;
    }

    @Override
    public String toString() {
        return mistake;
    }

    /** The class file with the mistake in it. */
    byte[] applyTo(byte[] original, ClassLoader loader) {
        ClassFile files = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(loader).cached()));
        ClassModel model = files.parse(original);
        int[] changes = new int[1];
        MethodTransform transform = switch (change) {
            case Change.Answer answer -> whole(answer.value(), changes);
            case Change.LeaveOut leftOut ->
                MethodTransform.transformingCode(
                        calls(leftOut.callOf(), leftOut.callee(), changes, (code, call) -> drop(code, call, 0)));
            case Change.Answered answered ->
                MethodTransform.transformingCode(calls(
                        answered.callOf(),
                        answered.callee(),
                        changes,
                        (code, call) -> drop(code, call, answered.value())));
            case Change.Scaled other ->
                MethodTransform.transformingCode(calls(other.callOf(), other.callee(), changes, (code, call) -> {
                    code.invoke(
                            call.opcode(),
                            call.owner().asSymbol(),
                            other.instead(),
                            call.typeSymbol(),
                            call.isInterface());
                    code.loadConstant(other.factor());
                    code.lmul();
                }));
            case Change.CallInstead other ->
                MethodTransform.transformingCode(calls(
                        other.callOf(),
                        other.callee(),
                        changes,
                        (code, call) -> code.invoke(
                                call.opcode(),
                                call.owner().asSymbol(),
                                other.instead(),
                                call.typeSymbol(),
                                call.isInterface())));
        };
        byte[] changed = files.transformClass(model, ClassTransform.transformingMethods(this::isMeant, transform));
        if (changes[0] == 0) {
            throw new IllegalStateException("the mistake '" + mistake + "' cannot be made: " + className() + "."
                    + method + " is not there, or has no such call as " + change);
        }
        return changed;
    }

    private boolean isMeant(MethodModel candidate) {
        String name = candidate.methodName().stringValue();
        return method.equals(ALL) || name.equals(method) || name.startsWith("lambda$" + method + "$");
    }

    private static MethodTransform whole(int value, int[] changes) {
        return (builder, element) -> {
            if (element instanceof CodeModel code) {
                changes[0]++;
                ClassDesc type = code.parent().orElseThrow().methodTypeSymbol().returnType();
                builder.withCode(body -> {
                    push(body, type, value);
                    body.return_(TypeKind.from(type));
                });
            } else {
                builder.with(element);
            }
        };
    }

    private interface CallChange {
        void apply(CodeBuilder code, InvokeInstruction call);
    }

    private static CodeTransform calls(String callOf, String callee, int[] changes, CallChange change) {
        return (code, element) -> {
            if (element instanceof InvokeInstruction call
                    && call.name().stringValue().equals(callee)
                    && simpleName(call.owner().asSymbol()).equals(callOf)) {
                changes[0]++;
                change.apply(code, call);
            } else {
                code.with(element);
            }
        };
    }

    private static String simpleName(ClassDesc type) {
        String name = type.displayName();
        return name.substring(name.lastIndexOf('$') + 1);
    }

    private static void drop(CodeBuilder code, InvokeInstruction call, int value) {
        List<ClassDesc> parameters = call.typeSymbol().parameterList();
        for (ClassDesc parameter : parameters.reversed()) {
            pop(code, TypeKind.from(parameter));
        }
        if (call.opcode() != Opcode.INVOKESTATIC) {
            code.pop();
        }
        push(code, call.typeSymbol().returnType(), value);
    }

    private static void pop(CodeBuilder code, TypeKind kind) {
        if (kind.slotSize() == 2) {
            code.pop2();
        } else {
            code.pop();
        }
    }

    private static void push(CodeBuilder code, ClassDesc type, int value) {
        switch (TypeKind.from(type)) {
            case VOID -> {}
            case REFERENCE -> {
                code.aconst_null();
                if (!type.equals(ConstantDescs.CD_Object)) {
                    code.checkcast(type);
                }
            }
            case LONG -> code.loadConstant((long) value);
            case DOUBLE -> code.loadConstant((double) value);
            case FLOAT -> code.loadConstant((float) value);
            case BOOLEAN, BYTE, CHAR, INT, SHORT -> code.loadConstant(value);
        }
    }
}
