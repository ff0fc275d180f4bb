module oauthconnector.dev/devtools/pods

go 1.26.0
