{{/*
Fails for a text that is no network in CIDR notation: its address is wrong, its length, or bits of a host are set.
Arguments: path, value. The operator has the same rule. A part is a decimal number of 8 bits, or a hexadecimal one of 16.
*/}}
{{- define "oauthConnector.requireNetwork" -}}
{{- $address := splitList "/" .value | first -}}
{{- $hexadecimal := contains ":" $address -}}
{{- $width := ternary 16 8 $hexadecimal -}}
{{- $parts := splitList "." $address -}}
{{- $byte := "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])" -}}
{{- $valid := regexMatch (printf "^%s([.]%s){3}$" $byte $byte) $address -}}
{{- if $hexadecimal -}}
{{- $groups := "([0-9A-Fa-f]{1,4}(:[0-9A-Fa-f]{1,4})*)?" -}}
{{- $given := regexFindAll "[0-9A-Fa-f]+" $address -1 | len -}}
{{- $zeros := contains "::" $address | ternary (sub 8 $given | int) 0 -}}
{{- $parts = replace "::" (printf ":%s" (repeat (max $zeros 0 | int) "0:")) $address | trimAll ":" | splitList ":" -}}
{{- $valid = and (regexMatch (printf "^%s(::%s)?$" $groups $groups) $address) (eq (len $parts) 8) (or (gt $zeros 0) (not (contains "::" $address))) -}}
{{- end -}}
{{- $longest := mul $width (len $parts) -}}
{{- $length := ternary (splitList "/" .value | last | int64) $longest (contains "/" .value) -}}
{{- if or (not $valid) (gt $length $longest) -}}
{{- fail (printf "%s: %s is not a network in CIDR notation: write one such as 10.0.0.0/8 or fd00::/8" .path .value) -}}
{{- end -}}
{{- range $position, $part := $parts -}}
{{- $size := 1 -}}
{{- range until (max 0 (min $width (sub (mul $width (add1 $position)) $length)) | int) }}{{ $size = mul $size 2 }}{{ end -}}
{{- if mod (printf (ternary "0x%s" "%s" $hexadecimal) $part | int64) $size -}}
{{- fail (printf "%s: %s has bits of a host after its first %d: write the first address of the network, or /%d for this address alone" $.path $.value $length $longest) -}}
{{- end -}}
{{- end -}}
{{- end -}}
