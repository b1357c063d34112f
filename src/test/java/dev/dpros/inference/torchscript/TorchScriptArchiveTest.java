package dev.dpros.inference.torchscript;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import dev.dpros.core.TensorData;
import dev.dpros.core.TensorData.DType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchScriptArchiveTest {
    private static ScriptModule linear() {
        ScriptModule module = new ScriptModule("Linear");
        TensorData first = TensorData.of(new float[] {1, 2}, 1, 2);
        TensorData second = TensorData.of(new float[] {3, 4, 5, 6}, 2, 2);
        String weight = module.parameter("weight", ScriptTensor.concatenated(List.of(first, second)));
        String bias = module.parameter("bias", ScriptTensor.of(TensorData.of(new float[] {0.5f, 0, -0.5f}, 3)));
        ScriptBody body = new ScriptBody();
        String y = body.let("torch.linear(x, %s, %s)", weight, bias);
        body.result(y);
        module.method("forward(x: Tensor) -> Tensor", body);
        return module;
    }

    @Test
    void shouldBeLoadedAndComputedByLibtorch(@TempDir Path dir) throws Exception {
        try (FileChannel out = FileChannel.open(dir.resolve("linear.pt"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            TorchScriptArchive.write(linear(), false, out);
        }
        System.setProperty("ai.djl.offline", "true");
        try (Model model = Model.newInstance("linear", "PyTorch"); NDManager manager = NDManager.newBaseManager("PyTorch")) {
            model.load(dir);
            NDArray x = manager.create(new float[] {10, 1}, new Shape(1, 2));
            NDList y = model.getBlock().forward(new ParameterStore(manager, false), new NDList(x), false);
            assertArrayEquals(new float[] {12.5f, 34, 55.5f}, y.singletonOrThrow().toFloatArray(), 1e-5f);
        }
    }

    @Test
    void shouldStoreEveryEntryUncompressedWithItsChecksum() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        TorchScriptArchive.write(linear(), true, Channels.newChannel(bytes));
        List<String> names = new ArrayList<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                assertEquals(ZipEntry.STORED, entry.getMethod());
                zip.readAllBytes();
                names.add(entry.getName());
            }
        }
        assertEquals(List.of("Linear/data.pkl", "Linear/code/__torch__/dpros.py", "Linear/constants.pkl", "Linear/data/0",
                "Linear/data/1", "Linear/version"), names);
    }

    @Test
    void shouldKeepOneTensorForOneLabel() {
        ScriptModule module = new ScriptModule("Shared");
        ScriptTensor tensor = ScriptTensor.of(TensorData.of(new float[1], 1));
        assertEquals(module.parameter("a", tensor), module.parameter("a", tensor));
        assertTrue(module.code().contains("__parameters__ = [\"p0\", ]"), module.code());
    }

    @Test
    void shouldWidenHalfPrecisionWeights() {
        short[] half = {0x3c00, (short) 0xc000, 0x3555, 0x0001, (short) 0x8000, 0x7c00};
        float[] expected = {1f, -2f, 0.333251953125f, 0x1p-24f, -0f, Float.POSITIVE_INFINITY};
        assertArrayEquals(expected, widened(DType.F16, half));
        assertArrayEquals(new float[] {1f, -2.5f}, widened(DType.BF16, new short[] {0x3f80, (short) 0xc020}));
    }

    private static float[] widened(DType type, short[] bits) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * bits.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asShortBuffer().put(bits);
        TensorData tensor = new TensorData(type, List.of((long) bits.length), bytes);
        ByteBuffer out = ScriptTensor.of(tensor).float32().iterator().next().order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[bits.length];
        out.asFloatBuffer().get(values);
        return values;
    }

    @Test
    void shouldRefusePiecesThatDoNotFillTheShape() {
        TensorData four = TensorData.of(new float[4], 4);
        assertThrows(IllegalArgumentException.class, () -> ScriptTensor.reshaped(four, 3));
    }
}
