import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.FieldModel;
import java.lang.classfile.FieldTransform;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.attribute.EnclosingMethodAttribute;
import java.lang.classfile.attribute.ExceptionsAttribute;
import java.lang.classfile.attribute.InnerClassesAttribute;
import java.lang.classfile.attribute.MethodParametersAttribute;
import java.lang.classfile.attribute.RuntimeInvisibleTypeAnnotationsAttribute;
import java.lang.classfile.attribute.RuntimeVisibleTypeAnnotationsAttribute;
import java.lang.classfile.attribute.SignatureAttribute;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.reflect.AccessFlag;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Makes the client's one jar from the compiled classes of its three modules: {@code OneJar JAR VERSION TIMESTAMP
 * MODULE_INFO JSPECIFY CLASSES...}, where the first folder of classes is the client's.
 *
 * <p>What goes in: all classes of the client (but what stands on event loops) and of the vocabulary, and of the other packages what these reach. What is
 * left out of the classes: what only a debugger reads (lines, names of variables), and of classes that nobody may compile
 * against also what only a compiler reads (generic signatures, annotations of types, declared exceptions, which class is
 * declared in which). The same classes give the same bytes.
 */
final class OneJar {
    private static final Pattern API = Pattern.compile("org/althing/(client|client/engine|mqtt)/[^/]*\\.class");
    private static final Pattern WHOLE = Pattern.compile("org/althing/(client/(?!loop/)|mqtt/).*\\.class");

    private final Map<String, byte[]> available = new TreeMap<>();

    void main(String[] words) throws Exception {
        Path jar = Path.of(words[0]);
        List<Path> folders = new ArrayList<>();
        for (int i = 5; i < words.length; i++) {
            folders.add(Path.of(words[i]));
        }
        for (Path folder : folders) {
            read(folder);
        }
        TreeMap<String, byte[]> content = new TreeMap<>();
        try (URLClassLoader loader = new URLClassLoader(urls(folders), null)) {
            ClassFile small = ClassFile.of(
                    ClassFile.DebugElementsOption.DROP_DEBUG,
                    ClassFile.LineNumbersOption.DROP_LINE_NUMBERS,
                    ClassFile.ConstantPoolSharingOption.NEW_POOL,
                    ClassFile.ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(loader)
                            .orElse(ClassHierarchyResolver.defaultResolver())));
            for (String name : reached()) {
                content.put(name, shrink(small, name, available.get(name)));
            }
        }
        content.put("module-info.class", moduleInfo(jar, words[1], Path.of(words[3]), words[4], content));
        write(jar, words[1], Instant.parse(words[2]), content);
    }

    private static URL[] urls(List<Path> folders) throws IOException {
        List<URL> urls = new ArrayList<>();
        for (Path folder : folders) {
            urls.add(folder.toUri().toURL());
        }
        return urls.toArray(URL[]::new);
    }

    private void read(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(it -> it.toString().endsWith(".class")).toList()) {
                String name = folder.relativize(file).toString().replace('\\', '/');
                if (!name.equals("module-info.class")) {
                    available.put(name, Files.readAllBytes(file));
                }
            }
        }
    }

    /** What is taken whole, and what that refers to. */
    private List<String> reached() {
        TreeMap<String, Boolean> seen = new TreeMap<>();
        ArrayDeque<String> toRead = new ArrayDeque<>();
        for (String name : available.keySet()) {
            boolean description = name.endsWith("/package-info.class");
            if (WHOLE.matcher(name).matches() && (!description || API.matcher(name).matches())) {
                seen.put(name, true);
                toRead.add(name);
            }
        }
        for (String next = toRead.poll(); next != null; next = toRead.poll()) {
            for (PoolEntry entry : ClassFile.of().parse(available.get(next)).constantPool()) {
                String names = entry instanceof ClassEntry it ? it.asInternalName() : entry.toString();
                Matcher reference = Pattern.compile("org/althing/[A-Za-z0-9_$/]+").matcher(names);
                while (reference.find()) {
                    String name = reference.group() + ".class";
                    if (available.containsKey(name) && seen.put(name, true) == null) {
                        toRead.add(name);
                    }
                }
            }
        }
        return List.copyOf(seen.keySet());
    }

    private static byte[] shrink(ClassFile small, String name, byte[] bytes) {
        ClassModel whole = small.parse(bytes);
        boolean api = API.matcher(name).matches() && whole.flags().has(AccessFlag.PUBLIC);
        ClassTransform less = (to, element) -> {
            if (api || !isForCompilers(element)) {
                to.with(element);
            }
        };
        MethodTransform lessOfMethod = (to, element) -> {
            if (!isForCompilers(element)) {
                to.with(element);
            }
        };
        FieldTransform lessOfField = (to, element) -> {
            if (!isForCompilers(element)) {
                to.with(element);
            }
        };
        return small.transformClass(
                whole,
                less.andThen(ClassTransform.transformingMethods(
                                method -> !api || !isVisible(method.flags().flagsMask()), lessOfMethod))
                        .andThen((to, element) -> {
                            if (element instanceof FieldModel field
                                    && (!api || !isVisible(field.flags().flagsMask()))) {
                                to.transformField(field, lessOfField);
                            } else {
                                to.with(element);
                            }
                        }));
    }

    private static boolean isVisible(int flags) {
        return (flags & (ClassFile.ACC_PUBLIC | ClassFile.ACC_PROTECTED)) != 0;
    }

    private static boolean isForCompilers(Object element) {
        return element instanceof SignatureAttribute
                || element instanceof InnerClassesAttribute
                || element instanceof EnclosingMethodAttribute
                || element instanceof ExceptionsAttribute
                || element instanceof MethodParametersAttribute
                || element instanceof RuntimeVisibleTypeAnnotationsAttribute
                || element instanceof RuntimeInvisibleTypeAnnotationsAttribute;
    }

    /** Compiled against what is in the jar, so an export of something that is not there fails here. */
    private static byte[] moduleInfo(
            Path jar, String version, Path source, String jspecify, Map<String, byte[]> content) throws IOException {
        Path work = jar.resolveSibling("one-jar");
        for (Map.Entry<String, byte[]> each : content.entrySet()) {
            Path file = work.resolve(each.getKey());
            Files.createDirectories(file.getParent());
            Files.write(file, each.getValue());
        }
        ToolProvider javac = ToolProvider.findFirst("javac").orElseThrow();
        int status = javac.run(
                System.out,
                System.err,
                "--release",
                "21",
                "-g:none",
                "-p",
                jspecify,
                "--module-version",
                version,
                "-d",
                work.toString(),
                source.toString());
        if (status != 0) {
            throw new IOException("javac refuses " + source);
        }
        return Files.readAllBytes(work.resolve("module-info.class"));
    }

    private static void write(Path jar, String version, Instant when, Map<String, byte[]> content) throws IOException {
        String manifest = """
                Manifest-Version: 1.0\r
                Implementation-Title: Althing client\r
                Implementation-Version: %s\r
                Bundle-License: Apache-2.0\r
                \r
                """.formatted(version);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setLevel(9);
            put(zip, "META-INF/MANIFEST.MF", manifest.getBytes(StandardCharsets.UTF_8), when);
            for (Map.Entry<String, byte[]> each : content.entrySet()) {
                put(zip, each.getKey(), each.getValue(), when);
            }
        }
        Files.createDirectories(jar.getParent());
        try (OutputStream out = Files.newOutputStream(jar)) {
            bytes.writeTo(out);
        }
        System.out.println(jar.getFileName() + ": " + content.size() + " classes, " + bytes.size() + " bytes");
    }

    /** Sizes and checksum are known before, so that no descriptor of 16 bytes follows the content. */
    private static void put(ZipOutputStream zip, String name, byte[] bytes, Instant when) throws IOException {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        deflater.setInput(bytes);
        deflater.finish();
        int compressed = deflater.deflate(new byte[bytes.length + 100]);
        deflater.end();
        CRC32 checksum = new CRC32();
        checksum.update(bytes);
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(LocalDateTime.ofInstant(when, ZoneOffset.UTC));
        entry.setSize(bytes.length);
        entry.setCompressedSize(compressed);
        entry.setCrc(checksum.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }
}
