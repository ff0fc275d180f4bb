module oauthconnector.dev/devtools/pause

go 1.26.0
