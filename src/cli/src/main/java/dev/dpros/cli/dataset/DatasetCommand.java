package dev.dpros.cli.dataset;

import picocli.CommandLine.Command;

/** {@code dpros dataset}: looks at, checks, converts and joins recordings. */
@Command(
        name = "dataset",
        mixinStandardHelpOptions = true,
        description = "Looks at, checks, converts and joins recorded episodes.",
        subcommands = {DatasetInfo.class, DatasetVerify.class, DatasetStats.class, DatasetView.class,
            DatasetExport.class, DatasetImport.class, DatasetMerge.class, DatasetEdit.class, DatasetDiscard.class},
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Examples:",
            "  dpros dataset info ~/recordings",
            "  dpros dataset verify ~/recordings",
            "  dpros dataset export ~/recordings --format lerobot --output ~/lerobot",
            "  dpros dataset import pusht_cchi_v7_replay.zarr --output ~/pusht",
            "",
            "Journals are the master copy and are never changed; exports can be made again at any time. An interrupted "
                + "export or import continues when the same command is run again."})
public final class DatasetCommand {}
