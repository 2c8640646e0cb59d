return await Cairn.Cli.CommandLine.Run(args);
