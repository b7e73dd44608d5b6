package org.althing.house;

import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreeScanner;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Constants as they stand in source code. */
final class Literals {
    private Literals() {}

    /** The texts of all literals in an expression or annotation, in their order. */
    static List<String> in(Tree tree) {
        List<String> texts = new ArrayList<>();
        new TreeScanner<@Nullable Void, @Nullable Void>() {
            @Override
            public @Nullable Void visitLiteral(LiteralTree literal, @Nullable Void nothing) {
                texts.add(String.valueOf(literal.getValue()));
                return null;
            }
        }.scan(tree, null);
        return texts;
    }
}
