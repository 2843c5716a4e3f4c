using TaskMesh.Cli;

return await CommandLine.RunAsync(CommandLine.Create(), args);
