using System.CommandLine;
using TaskMesh.Cli;
using TaskMesh.Cli.Commands;
using TaskMesh.Cli.Demo;
using TaskMesh.Cli.Lab;

var root = new RootCommand("Network reconnaissance as tasks in queues.")
{
    DemoCommand.Create(),
    LocalCommand.Create(),
    SubmitCommand.CreateSubmit(),
    SubmitCommand.CreateRun(),
    CancelCommand.Create(),
    LsCommand.Create(),
    ShowCommand.Create(),
    TreeCommand.Create(),
    DefinitionsCommand.Create(),
    ExplainCommand.Create(),
    ScopeCommand.Create(),
    LabCommand.Create(),
    CommonOptions.Output,
};
return await CommandLine.RunAsync(root, args);
