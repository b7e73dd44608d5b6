package org.althing.vote.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.DecodeHintType;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.Result;
import com.google.zxing.ResultMetadataType;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.althing.testing.Gen;
import org.junit.jupiter.api.Test;

/** What we write, ZXing reads. */
class QrCodeTest {
    private static final int PIXELS = 4;

    /** Reads it from a picture, as a camera would, without knowing where it is. */
    private static String read(QrCode code) throws Exception {
        int side = (code.size() + 8) * PIXELS;
        int[] pixels = new int[side * side];
        Arrays.fill(pixels, 0xFFFFFF);
        for (int y = 0; y < code.size() * PIXELS; y++) {
            for (int x = 0; x < code.size() * PIXELS; x++) {
                if (code.isDark(x / PIXELS, y / PIXELS)) {
                    pixels[(y + 4 * PIXELS) * side + x + 4 * PIXELS] = 0;
                }
            }
        }
        Result result = new QRCodeReader()
                .decode(
                        new BinaryBitmap(new HybridBinarizer(new RGBLuminanceSource(side, side, pixels))),
                        Map.of(DecodeHintType.CHARACTER_SET, "UTF-8"));
        assertThat(result.getResultMetadata()).containsEntry(ResultMetadataType.ERROR_CORRECTION_LEVEL, "M");
        return result.getText();
    }

    @Test
    void every_length_is_read_back_with_the_smallest_code_that_holds_it() throws Exception {
        int[] longest = {14, 26, 42, 62, 84, 106, 122, 152, 180, 213};
        for (int length = 1; length <= QrCode.BYTES_MAX; length++) {
            String text = "http://192.168.1.5:8080/v/".repeat(9).substring(0, length);
            QrCode code = Objects.requireNonNull(QrCode.of(text));
            assertThat(read(code)).isEqualTo(text);
            int version = 1;
            while (longest[version - 1] < length) {
                version++;
            }
            assertThat(code.size()).isEqualTo(17 + 4 * version);
        }
        assertThat(QrCode.of("x".repeat(QrCode.BYTES_MAX + 1))).isNull();
    }

    @Test
    void any_text_is_read_back() throws Exception {
        Gen.forAll(200, gen -> {
            StringBuilder text = new StringBuilder("été ");
            for (int i = gen.between(0, 90); i > 0; i--) {
                text.append((char) gen.between(0x20, 0x7E));
            }
            try {
                assertThat(read(Objects.requireNonNull(QrCode.of(text.toString()))))
                        .isEqualTo(text.toString());
            } catch (Exception e) {
                throw new AssertionError(text.toString(), e);
            }
        });
    }

    @Test
    void its_picture_has_a_quiet_zone_and_a_name() {
        String svg = Objects.requireNonNull(QrCode.of("http://a/")).svg("lien <x>");
        assertThat(svg)
                .startsWith("<svg class=\"qr\" viewBox=\"0 0 29 29\" role=\"img\" aria-label=\"lien &lt;x&gt;\"");
        assertThat(svg).contains("M4 4h7v1h-7z").doesNotContain("style=");
    }
}
