package dev.dpros.inference.torchscript;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.training.ParameterStore;
import dev.dpros.checkpoint.Safetensors;
import dev.dpros.core.TensorData;
import dev.dpros.core.TensorData.DType;
import dev.dpros.inference.ScriptLoader;
import dev.dpros.inference.TorchRuntime;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    void shouldBeLoadedAndComputedByLibtorch() {
        TorchRuntime.start();
        try (PtNDManager manager = (PtNDManager) NDManager.newBaseManager(Device.cpu(), "PyTorch");
                PtNDArray x = (PtNDArray) manager.create(new float[] {10, 1}, new Shape(1, 2))) {
            NDList y = ScriptLoader.load(linear(), manager).forward(new ParameterStore(manager, false), new NDList(x), false);
            assertArrayEquals(new float[] {12.5f, 34, 55.5f}, y.singletonOrThrow().toFloatArray(), 1e-5f);
        }
    }

    @Test
    void shouldLoadAModuleWithoutTensors() {
        TorchRuntime.start();
        ScriptModule module = new ScriptModule("Twice");
        ScriptBody body = new ScriptBody();
        body.result("torch.add(x, x)");
        module.method("forward(x: Tensor) -> Tensor", body);
        try (PtNDManager manager = (PtNDManager) NDManager.newBaseManager(Device.cpu(), "PyTorch");
                PtNDArray x = (PtNDArray) manager.create(new float[] {1})) {
            NDList y = ScriptLoader.load(module, manager).forward(new ParameterStore(manager, false), new NDList(x), false);
            assertArrayEquals(new float[] {2}, y.singletonOrThrow().toFloatArray());
        }
    }

    @Test
    void shouldHoldItsWeightsWhenTheFileIsGone(@TempDir Path dir) throws IOException {
        TorchRuntime.start();
        Path file = dir.resolve("weights");
        Safetensors.write(file, Map.of("w", TensorData.of(new float[] {1, 2}, 1, 2)));
        ScriptModule module = new ScriptModule("Linear");
        ScriptBody body = new ScriptBody();
        try (PtNDManager manager = (PtNDManager) NDManager.newBaseManager(Device.cpu(), "PyTorch");
                PtNDArray x = (PtNDArray) manager.create(new float[] {10, 1}, new Shape(1, 2))) {
            ScriptTensor weight = ScriptTensor.of(Safetensors.read(file).get("w"));
            body.result("torch.linear(x, " + module.parameter("weight", weight) + ", None)");
            module.method("forward(x: Tensor) -> Tensor", body);
            PtSymbolBlock block = ScriptLoader.load(module, manager);
            Files.write(file, new byte[0]);
            NDList y = block.forward(new ParameterStore(manager, false), new NDList(x), false);
            assertArrayEquals(new float[] {12}, y.singletonOrThrow().toFloatArray());
        }
    }

    @Test
    void shouldStoreEveryEntryUncompressed() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        TorchScriptArchive.write(linear(), bytes);
        List<String> names = new ArrayList<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                assertEquals(ZipEntry.STORED, entry.getMethod());
                zip.readAllBytes();
                names.add(entry.getName());
            }
        }
        assertEquals(List.of("Linear/data.pkl", "Linear/code/__torch__/dpros.py", "Linear/constants.pkl", "Linear/data/0",
                "Linear/version"), names);
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
        ByteBuffer out = ByteBuffer.allocate(Float.BYTES * bits.length).order(ByteOrder.LITTLE_ENDIAN);
        ScriptTensor.of(tensor).copyTo(out);
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
