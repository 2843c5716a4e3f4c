using TaskMesh.LocalCloud.Configuration;

namespace TaskMesh.LocalCloud.Ec2;

/// <param name="Id">Follows from the name, so it stays when LocalCloud starts again.</param>
public sealed record LaunchTemplate(string Id, string Name, IReadOnlyList<TemplateVersionConfiguration> Versions, int DefaultVersion);
