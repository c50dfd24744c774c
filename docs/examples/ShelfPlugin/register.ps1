Unregister-OscPlugin Shelf
$null = Register-OscPlugin bin/Debug/net10.0
