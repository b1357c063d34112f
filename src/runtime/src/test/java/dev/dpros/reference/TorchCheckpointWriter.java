package dev.dpros.reference;

import dev.dpros.core.TensorData;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes archives as torch.save does: a stored zip of data.pkl and one entry per storage. Stateless. */
public final class TorchCheckpointWriter {
    private TorchCheckpointWriter() {}

    /** A diffusion_policy checkpoint with this configuration and EMA weights. */
    public static void write(Path file, Map<String, Object> cfg, Map<String, TensorData> emaModel) throws IOException {
        Map<String, Object> payload = new LinkedHashMap<>();
        payload.put("cfg", new PickleWriter.OmegaConf(cfg));
        payload.put("state_dicts", Map.of("ema_model", emaModel));
        payload.put("pickles", Map.of("epoch", new byte[] {(byte) 0x80, 4, 'K', 0, '.'}));
        write(file, payload);
    }

    /** Any payload. */
    public static void write(Path file, Object payload) throws IOException {
        PickleWriter pickle = new PickleWriter();
        byte[] data = pickle.write(payload);
        write(file, data, pickle.storages());
    }

    /** A pickle and its storages. */
    public static void write(Path file, byte[] pickle, List<TensorData> storages) throws IOException {
        try (OutputStream out = Files.newOutputStream(file); ZipOutputStream zip = new ZipOutputStream(out)) {
            store(zip, "archive/data.pkl", pickle);
            for (int i = 0; i < storages.size(); i++) {
                byte[] bytes = new byte[storages.get(i).bytes().remaining()];
                storages.get(i).bytes().get(bytes);
                store(zip, "archive/data/" + i, bytes);
            }
            store(zip, "archive/version", "3\n".getBytes());
        }
    }

    private static void store(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        CRC32 crc = new CRC32();
        crc.update(bytes);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }
}
