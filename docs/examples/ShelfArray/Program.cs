// The made-up array of the plug-in author's guide: dotnet run [-- port]. It forgets everything when it ends.
using ShelfArray;

var port = args.Length > 0 ? int.Parse(args[0]) : 0;
using var server = ShelfServer.Start(port);
Console.WriteLine($"Shelf answers at {server.Address} (user {ShelfServer.User}, password {ShelfServer.Password}). Ctrl+C ends it.");
await server.RunAsync();
