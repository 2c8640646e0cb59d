using Cairn.Client.Wire;
using Microsoft.AspNetCore.Http;

namespace Cairn.Access;

/// <summary>How a person in a browser is shown a problem, where the host has pages; registered as a service.</summary>
/// <param name="Show">Writes the answer; its status is set.</param>
public sealed record ProblemPage(Func<HttpContext, Problem, Task> Show);
