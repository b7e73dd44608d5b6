package org.althing.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenFilesTest {
    @Test
    void the_line_says_how_many_connections_the_limit_allows(@TempDir Path folder) throws IOException {
        Path limits = Files.writeString(folder.resolve("limits"), """
                Limit                     Soft Limit           Hard Limit           Units
                Max processes             95896                95896                processes
                Max open files            1024                 524288               files
                Max locked memory         8388608              8388608              bytes
                """);
        assertThat(OpenFiles.line(limits))
                .isEqualTo("There may be about 924 connections at a time: the system allows 1024 open files"
                        + " (ulimit -n).");
    }

    @Test
    void no_limit_is_said_to_be_none(@TempDir Path folder) throws IOException {
        Path limits = Files.writeString(
                folder.resolve("limits"),
                "Max open files            unlimited            unlimited            files\n");
        assertThat(OpenFiles.line(limits)).isEqualTo("The system does not limit how many connections there may be.");
        assertThat(OpenFiles.line(folder.resolve("missing")))
                .isEqualTo("The system does not limit how many connections there may be.");
    }
}
