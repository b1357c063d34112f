package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dpros.diffusion.UnetConfig;
import dev.dpros.inference.torchscript.ConvVariant;
import dev.dpros.inference.torchscript.PolicyScript;
import dev.dpros.inference.torchscript.ResizeFilter;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Both references leave the final block's GroupNorm at 8 groups, whatever {@code n_groups} is. */
class FinalBlockGroupsTest {
    @Test
    void shouldNormalizeTheFinalBlockInEightGroups() {
        var policy = TestPolicies.stateOnly(16, new UnetConfig(List.of(16, 32), 5, 4, 16, true));

        String code = PolicyScript.of(policy, List.of(ConvVariant.CONV1D), false, ResizeFilter.AUTO).code();

        assertEquals(1, count(code, 8));
        assertEquals(2 * 8, count(code, 4));
    }

    private static long count(String code, int groups) {
        return Pattern.compile("torch\\.group_norm\\([^,]+, " + groups + ",").matcher(code).results().count();
    }
}
