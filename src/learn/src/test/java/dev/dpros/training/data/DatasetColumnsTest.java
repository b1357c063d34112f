package dev.dpros.training.data;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.zarr.ZarrDataset;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DatasetColumnsTest {
    private static final Path DATA = Path.of("src/learn/src/test/resources/recording/pusht_slice_blosc.zarr");

    private static String refusal(FeatureSpec feature, String from) {
        try (EpisodeDataset dataset = ZarrDataset.open(DATA, 10)) {
            return assertThrows(InputException.class, () -> DatasetColumns.read(dataset, List.of(feature),
                    Map.of(feature.key(), new DatasetColumns.Column(List.of(from), 0, false)))).getMessage();
        }
    }

    @Test
    void shouldNameTheColumnsThatFit() {
        String line = refusal(FeatureSpec.of("observation.state", FeatureSpec.Kind.STATE, 2), "nowhere");
        assertTrue(line.contains("; what fits: ") && line.contains("choose with --set columns/observation.state/from="), line);
        assertFalse(line.substring(line.indexOf("what fits")).contains("image"), line);
    }

    @Test
    void shouldAdviseNoOtherColumnWhereNoneFits() {
        String line = refusal(FeatureSpec.of("observation.state", FeatureSpec.Kind.STATE, 700), "state");
        assertTrue(line.endsWith("no column of the data fits: a policy for these data comes from 'dpros init-training'"), line);
    }
}
