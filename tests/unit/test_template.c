/* SPDX-License-Identifier: MIT */
#include "api/json_value.h"
#include "domain/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct test_case {
	int line;
	const char *text;
	const char *expected;
};

/* What Go's text/template (1.19, missingkey=error) makes of the same. */
/* clang-format off */
static const char variables[] =
	"{\"name\":\"Ada\","
	"\"n\":5,"
	"\"f\":5.5,"
	"\"big\":1000000,"
	"\"huge\":123456789012345678,"
	"\"neg\":-0.0,"
	"\"t\":true,"
	"\"no\":false,"
	"\"nil\":null,"
	"\"s\":\"\","
	"\"a\":[1,\"a\",null],"
	"\"e\":[],"
	"\"o\":{\"b\":2,"
	"\"a\":\"x\"},"
	"\"eo\":{},"
	"\"deep\":{\"x\":{\"y\":[{\"z\":\"deep\"}]}},"
	"\"h\":\"<a href=\\\"x\\\">O'Neil & sons</a>\","
	"\"u\":\"Gr\\u00fc\\u00dfe\","
	"\"small\":0.00001}";
/* clang-format on */

/* Outputs. */
/* clang-format off */
static const struct test_case outputs[] = {
	{__LINE__, "plain text", "plain text"},
	{__LINE__, "{name} and }} alone", "{name} and }} alone"},
	{__LINE__, "{{.name}}", "Ada"},
	{__LINE__, "{{ .name }}", "Ada"},
	{__LINE__, "Hello, {{.name}}!", "Hello, Ada!"},
	{__LINE__, "{{.n}}", "5"},
	{__LINE__, "{{.f}}", "5.5"},
	{__LINE__, "{{.big}}", "1e+06"},
	{__LINE__, "{{.huge}}", "1.2345678901234568e+17"},
	{__LINE__, "{{.neg}}", "-0"},
	{__LINE__, "{{.small}}", "1e-05"},
	{__LINE__, "{{.t}} {{.no}}", "true false"},
	{__LINE__, "{{.nil}}", "<no value>"},
	{__LINE__, "{{.a}}", "[1 a <nil>]"},
	{__LINE__, "{{.e}}", "[]"},
	{__LINE__, "{{.o}}", "map[a:x b:2]"},
	{__LINE__, "{{.eo}}", "map[]"},
	{__LINE__, "{{.deep}}", "map[x:map[y:[map[z:deep]]]]"},
	{__LINE__, "{{.deep.x.y}}", "[map[z:deep]]"},
	{__LINE__, "{{.}}", "map[a:[1 a <nil>] big:1e+06 deep:map[x:map[y:[map[z:deep]]]] e:[] eo:map[] f:5.5 h:<a href=\"x\">O'Neil & sons</a> huge:1.2345678901234568e+17 n:5 name:Ada neg:-0 nil:<nil> no:false o:map[a:x b:2] s: small:1e-05 t:true u:Gr\xc3\xbc\xc3\x9f""e]"},
	{__LINE__, "{{$.name}}", "Ada"},
	{__LINE__, "{{$}}", "map[a:[1 a <nil>] big:1e+06 deep:map[x:map[y:[map[z:deep]]]] e:[] eo:map[] f:5.5 h:<a href=\"x\">O'Neil & sons</a> huge:1.2345678901234568e+17 n:5 name:Ada neg:-0 nil:<nil> no:false o:map[a:x b:2] s: small:1e-05 t:true u:Gr\xc3\xbc\xc3\x9f""e]"},
	{__LINE__, "a {{- .name -}} b", "aAdab"},
	{__LINE__, "a {{- .name}} b", "aAda b"},
	{__LINE__, "a {{.name -}} b", "a Adab"},
	{__LINE__, "{{- /* c */ -}} x", "x"},
	{__LINE__, "x {{/* comment */}} y", "x  y"},
	{__LINE__, "x {{- /* comment */}} y", "x y"},
	{__LINE__, "b */}}z", "b */}}z"},
	{__LINE__, "{{1}} {{-1}} {{+1}} {{1.5}} {{1e3}} {{0x1F}} {{0b101}} {{0o17}} {{017}} {{1_000}} {{1000000}} {{1e6}}", "1 -1 1 1.5 1000 31 5 15 15 1000 1000000 1e+06"},
	{__LINE__, "{{'a'}} {{'\\n'}} {{'\\x41'}} {{'\xc3\xbc'}}", "97 10 65 252"},
	{__LINE__, "{{\"a\\tb\\\"c\"}} {{\"\\u00e9\\x41\\101\"}}", "a\011b\"c \xc3\xa9""AA"},
	{__LINE__, "{{`raw \\n \"q\"`}}", "raw \\n \"q\""},
	{__LINE__, "{{true}} {{false}}", "true false"},
	{__LINE__, "{{if .t}}yes{{end}}", "yes"},
	{__LINE__, "{{if .no}}yes{{else}}no{{end}}", "no"},
	{__LINE__, "{{if .no}}a{{else if .t}}b{{else}}c{{end}}", "b"},
	{__LINE__, "{{if .no}}a{{else if .no}}b{{else}}c{{end}}", "c"},
	{__LINE__, "{{if .no}}a{{else if .no}}b{{else if .n}}c{{end}}", "c"},
	{__LINE__, "{{if .s}}yes{{else}}empty{{end}}", "empty"},
	{__LINE__, "{{if .e}}yes{{else}}empty{{end}}", "empty"},
	{__LINE__, "{{if .eo}}yes{{else}}empty{{end}}", "empty"},
	{__LINE__, "{{if .nil}}yes{{else}}null{{end}}", "null"},
	{__LINE__, "{{if .neg}}yes{{else}}zero{{end}}", "zero"},
	{__LINE__, "{{if $x := .name}}{{$x}}{{end}}", "Ada"},
	{__LINE__, "{{if not .t}}a{{else}}b{{end}}", "b"},
	{__LINE__, "{{range .a}}<{{.}}>{{end}}", "<1><a><<no value>>"},
	{__LINE__, "{{range .e}}x{{else}}none{{end}}", "none"},
	{__LINE__, "{{range .nil}}x{{else}}none{{end}}", "none"},
	{__LINE__, "{{range $i, $v := .a}}{{$i}}={{$v}} {{end}}", "0=1 1=a 2=<no value> "},
	{__LINE__, "{{range $v := .a}}{{$v}},{{end}}", "1,a,<no value>,"},
	{__LINE__, "{{range $k, $v := .o}}{{$k}}={{$v}} {{end}}", "a=x b=2 "},
	{__LINE__, "{{range .o}}{{.}} {{end}}", "x 2 "},
	{__LINE__, "{{range .eo}}x{{else}}none{{end}}", "none"},
	{__LINE__, "{{range .a}}{{if eq . 1.0}}{{break}}{{end}}x{{end}}", ""},
	{__LINE__, "{{range $i, $v := .a}}{{if eq $i 1}}{{continue}}{{end}}{{$i}}{{end}}", "02"},
	{__LINE__, "{{range $i, $v := .a}}{{if eq $i 1}}{{break}}{{end}}{{$i}}{{end}}", "0"},
	{__LINE__, "{{range .deep.x.y}}{{.z}}{{$.name}}{{end}}", "deepAda"},
	{__LINE__, "{{with .deep.x}}{{range .y}}{{.z}}{{end}}{{end}}", "deep"},
	{__LINE__, "{{with .name}}{{.}}{{end}}", "Ada"},
	{__LINE__, "{{with .s}}{{.}}{{else}}nothing{{end}}", "nothing"},
	{__LINE__, "{{with $x := .n}}{{$x}} {{.}}{{end}}", "5 5"},
	{__LINE__, "{{with .o}}{{.a}}{{.b}}{{end}}", "x2"},
	{__LINE__, "{{$x := 1}}{{$x}}{{$x = 2}}{{$x}}", "12"},
	{__LINE__, "{{$x := .name}}{{range .a}}{{$x = .}}{{end}}{{$x}}", "<no value>"},
	{__LINE__, "{{$x := 1}}{{if .t}}{{$x := 2}}{{$x}}{{end}}{{$x}}", "21"},
	{__LINE__, "{{$x := .o}}{{$x.a}}", "x"},
	{__LINE__, "{{$x := .nil}}{{$x}}", "<no value>"},
	{__LINE__, "{{.name | len}}", "3"},
	{__LINE__, "{{.name | printf \"%s-%s\" \"x\"}}", "x-Ada"},
	{__LINE__, "{{\"a\" | printf \"%q\"}}", "\"a\""},
	{__LINE__, "{{(.name)}}", "Ada"},
	{__LINE__, "{{(len .name)}}", "3"},
	{__LINE__, "{{print (len .name) (index .a 0)}}", "3 1"},
	{__LINE__, "{{(index .deep.x.y 0).z}}", "deep"},
	{__LINE__, "{{len .a}} {{len .o}} {{len .name}} {{len .u}} {{len \"\"}}", "3 2 3 7 0"},
	{__LINE__, "{{index .a 0}} {{index .a 1}} {{index .a 2}}", "1 a <no value>"},
	{__LINE__, "{{index .o \"a\"}} {{index .o \"zzz\"}}", "x <no value>"},
	{__LINE__, "{{index .deep \"x\" \"y\" 0 \"z\"}}", "deep"},
	{__LINE__, "{{index .name 0}}", "65"},
	{__LINE__, "{{index .o}}", "map[a:x b:2]"},
	{__LINE__, "{{slice .name 1}} {{slice .name 1 2}} {{slice .a 1 2}} {{slice .a}} {{slice .name 0 3}}", "da d [a] [1 a <nil>] Ada"},
	{__LINE__, "{{slice .a 0 1 2}}", "[1]"},
	{__LINE__, "{{and .t .name}} {{and .no .name}} {{and .t .n .s}}|", "Ada false |"},
	{__LINE__, "{{or .no .name}} {{or .no .s}}| {{or .s .nil .n}}", "Ada | 5"},
	{__LINE__, "{{and .t}} {{or .no}}", "true false"},
	{__LINE__, "{{.t | and .n}}", "true"},
	{__LINE__, "{{not .t}} {{not .s}} {{not 0}} {{not nil}}", "false true true true"},
	{__LINE__, "{{eq .n 5.0}} {{eq .name \"Ada\"}} {{eq .name \"x\" \"Ada\"}} {{eq 1 1}} {{eq .t true}}", "true true true true true"},
	{__LINE__, "{{eq .nil nil}}", "true"},
	{__LINE__, "{{eq .name nil}}", "false"},
	{__LINE__, "{{eq nil .name \"x\"}}", "false"},
	{__LINE__, "{{ne .n 5.0}} {{ne .name \"x\"}}", "false true"},
	{__LINE__, "{{lt 1 2}} {{lt .n 6.0}} {{lt \"a\" \"b\"}} {{le 1 1}} {{le 2 1}} {{gt 2 1}} {{gt 1.5 2.5}} {{ge 1 1}} {{ge \"a\" \"b\"}}", "true true true true false true false true false"},
	{__LINE__, "{{print 1 2}} {{print \"a\" 1 2 \"b\"}} {{print \"a\" \"b\"}} {{print 1 \"a\" 2}} {{print}} {{print nil}} {{print .nil .nil}}", "1 2 a1 2b ab 1a2  <nil> <nil> <nil>"},
	{__LINE__, "{{println \"a\" 1}}x{{println}}y", "a 1\nx\ny"},
	{__LINE__, "{{print .a .o}}", "[1 a <nil>] map[a:x b:2]"},
	{__LINE__, "{{printf \"%s\" .name}} {{printf \"%5s|%-5s|%.2s\" .name .name .name}} {{printf \"%q\" .h}}", "Ada   Ada|Ada  |Ad \"<a href=\\\"x\\\">O'Neil & sons</a>\""},
	{__LINE__, "{{printf \"%d\" 5}} {{printf \"%5d|%-5d|%05d|%+d|% d\" 5 5 5 5 5}}", "5     5|5    |00005|+5| 5"},
	{__LINE__, "{{printf \"%d\" .n}}", "%!d(float64=5)"},
	{__LINE__, "{{printf \"%v %v %v %v %v\" .n .name .t .nil .a}}", "5 Ada true <nil> [1 a <nil>]"},
	{__LINE__, "{{printf \"%f %.2f %8.3f|%-8.1f|%08.2f|%+.1f\" .f .f .f .f .f .f}}", "5.500000 5.50    5.500|5.5     |00005.50|+5.5"},
	{__LINE__, "{{printf \"%e %E %g %G\" .f .big .big .huge}}", "5.500000e+00 1.000000E+06 1e+06 1.2345678901234568E+17"},
	{__LINE__, "{{printf \"%.3g %.10g %g\" .f .huge .small}}", "5.5 1.23456789e+17 1e-05"},
	{__LINE__, "{{printf \"%x %X %#x %o %b %c %U\" 255 255 255 8 5 65 233}}", "ff FF 0xff 10 101 A U+00E9"},
	{__LINE__, "{{printf \"%x %X\" .name .name}}", "416461 416461"},
	{__LINE__, "{{printf \"%t %v\" .t .no}}", "true false"},
	{__LINE__, "{{printf \"%s\" .n}} {{printf \"%d\" .name}} {{printf \"%t\" 1}}", "%!s(float64=5) %!d(string=Ada) %!t(int=1)"},
	{__LINE__, "{{printf \"%d\"}}", "%!d(MISSING)"},
	{__LINE__, "{{printf \"%d %d\" 1}}", "1 %!d(MISSING)"},
	{__LINE__, "{{printf \"x\" 1 \"b\"}}", "x%!(EXTRA int=1, string=b)"},
	{__LINE__, "{{printf \"%\"}}", "%!(NOVERB)"},
	{__LINE__, "{{printf \"100%%\"}}", "100%"},
	{__LINE__, "{{printf \"%z\" 1}}", "%!z(int=1)"},
	{__LINE__, "{{printf \"%T %T %T %T %T %T\" .n .name .t .a .o 1}}", "float64 string bool []interface {} map[string]interface {} int"},
	{__LINE__, "{{printf \"%#v %#v %#v %#v\" .name .a .o 1}}", "\"Ada\" []interface {}{1, \"a\", interface {}(nil)} map[string]interface {}{\"a\":\"x\", \"b\":2} 1"},
	{__LINE__, "{{printf \"%s %d\" .a .a}}", "[%!s(float64=1) a <nil>] [%!d(float64=1) %!d(string=a) <nil>]"},
	{__LINE__, "{{printf \"%*d|%-*d|%.*f\" 5 1 5 1 2 .f}}", "    1|1    |5.50"},
	{__LINE__, "{{printf \"%6.2f%%\" .f}}", "  5.50%"},
	{__LINE__, "{{printf \"%s\" .o}}", "map[a:x b:%!s(float64=2)]"},
	{__LINE__, "{{printf \"%v\" .deep}}", "map[x:map[y:[map[z:deep]]]]"},
	{__LINE__, "{{printf \"%q\" 'x'}} {{printf \"%c\" 0x1F600}}", "'x' \xf0\x9f\x98\x80"},
	{__LINE__, "{{printf \"%05s|%5t|%5v\" \"ab\" true nil}}", "000ab| true|<nil>"},
	{__LINE__, "{{printf \"%q\" \"\\x00\\u200b\\u00e9\\n\\x7f\"}}", "\"\\x00\\u200b\xc3\xa9\\n\\x7f\""},
	{__LINE__, "{{printf \"%s\" nil}}", "%!s(<nil>)"},
	{__LINE__, "{{html .h}}", "&lt;a href=&#34;x&#34;&gt;O&#39;Neil &amp; sons&lt;/a&gt;"},
	{__LINE__, "{{js .h}}", "\\u003Ca href\\u003D\\\"x\\\"\\u003EO\\'Neil \\u0026 sons\\u003C/a\\u003E"},
	{__LINE__, "{{urlquery .h}} {{urlquery .u}}", "%3Ca+href%3D%22x%22%3EO%27Neil+%26+sons%3C%2Fa%3E Gr%C3%BC%C3%9Fe"},
	{__LINE__, "{{.h | html}}", "&lt;a href=&#34;x&#34;&gt;O&#39;Neil &amp; sons&lt;/a&gt;"},
	{__LINE__, "{{html .n .name .nil}}", "5Ada&lt;no value&gt;"},
	{__LINE__, "{{js \"a\\u2028b=\xc3\xa9\\n\"}}", "a\\u2028b\\u003D\xc3\xa9\\u000A"},
	{__LINE__, "{{.name}}{{.n}}{{.f}}", "Ada55.5"},
	{__LINE__, "{{\"{{\"}}", "{{"},
	{__LINE__, "{{ \"quoted }} inside\" }}", "quoted }} inside"},
	{__LINE__, "{{.u}}", "Gr\xc3\xbc\xc3\x9f""e"},
	{__LINE__, "{{- .name -}}", "Ada"},
	{__LINE__, "{{-1}}", "-1"},
	{__LINE__, "{{if and .t (eq .name \"Ada\")}}ok{{end}}", "ok"},
	{__LINE__, "{{if or (eq .n 1.0) (eq .n 5.0)}}ok{{end}}", "ok"},
	{__LINE__, "{{range $i, $e := .a}}{{if $i}}, {{end}}{{$e}}{{end}}", "1, a, <no value>"},
	{__LINE__, "{{range .a -}} {{.}} {{- end}}", "1a<no value>"},
	{__LINE__, "{{.name | }}", "Ada"},
	{__LINE__, "{{.name\n}}", "Ada"},
	{__LINE__, "{{\n.name\n}}", "Ada"},
	{__LINE__, "{{if\n.t}}ok{{end}}", "ok"},
	{__LINE__, "{{`a\nb`}}", "a\nb"},
	{__LINE__, "{{and 1 0 .missing}}", "0"},
	{__LINE__, "{{or 1 .missing}}", "1"},
	{__LINE__, "{{print (print)}}", ""},
	{__LINE__, "{{len (print 1 2)}}", "3"},
	{__LINE__, "{{$x := .deep}}{{$x.x.y}}", "[map[z:deep]]"},
	{__LINE__, "{{print 1 2 | len}}", "3"},
	{__LINE__, "{{1 | print 2 | printf \"%s!\"}}", "2 1!"},
	{__LINE__, "{{if .t}}a{{end}}{{if .no}}b{{end}}c", "ac"},
	{__LINE__, "{{with .nil}}x{{else}}y{{end}}", "y"},
	{__LINE__, "{{if (.t)}}x{{end}}", "x"},
	{__LINE__, "{{$a := 1}}{{$b := 2}}{{print $a $b}}", "1 2"},
	{__LINE__, "{{range $i, $_ := .a}}{{$i}}{{end}}", "012"},
	{__LINE__, "{{range .a}}{{range $.e}}x{{else}}-{{end}}{{end}}", "---"},
	{__LINE__, "{{printf \"%-8s|%8s|\" .name .u}}", "Ada     |   Gr\xc3\xbc\xc3\x9f""e|"},
	{__LINE__, "{{printf \"%+v %+d\" .o 3}}", "map[a:x b:2] +3"},
	{__LINE__, "{{printf \"%3c|%-3c|\" 65 66}}", "  A|B  |"},
	{__LINE__, "{{printf \"%.0f %.1f %.3f\" 0.5 0.25 2.0005}}", "0 0.2 2.001"},
	{__LINE__, "{{printf \"%6d|%-6d|%06d|%x\" -42 -42 -42 -42}}", "   -42|-42   |-00042|-2a"},
	{__LINE__, "{{1.0}} {{100000.0}} {{123456.0}} {{1234567.0}} {{0.1}} {{1e-5}} {{1e21}} {{1.5e300}} {{5e-324}} {{0.30000000000000004}}", "1 100000 123456 1.234567e+06 0.1 1e-05 1e+21 1.5e+300 5e-324 0.30000000000000004"},
};
/* clang-format on */

/* What does not parse. */
/* clang-format off */
static const struct test_case parse_errors[] = {
	{__LINE__, "{{/* a", "template: :1: unclosed comment"},
	{__LINE__, "{{ - 1}}", "template: :1: illegal number syntax: \"-\""},
	{__LINE__, "{{.x", "template: :1: unclosed action"},
	{__LINE__, "{{", "template: :1: unclosed action"},
	{__LINE__, "{{.name", "template: :1: unclosed action"},
	{__LINE__, "{{.name}", "template: :1: bad character U+007D '}'"},
	{__LINE__, "{{if .t}}x", "template: :1: unexpected EOF"},
	{__LINE__, "{{if .t}}x{{else}}", "template: :1: unexpected EOF"},
	{__LINE__, "{{range .a}}", "template: :1: unexpected EOF"},
	{__LINE__, "{{end}}", "template: :1: unexpected {{end}}"},
	{__LINE__, "x{{end}}", "template: :1: unexpected {{end}}"},
	{__LINE__, "{{else}}", "template: :1: unexpected {{else}}"},
	{__LINE__, "{{}}", "template: :1: missing value for command"},
	{__LINE__, "{{ }}", "template: :1: missing value for command"},
	{__LINE__, "{{if}}x{{end}}", "template: :1: missing value for if"},
	{__LINE__, "{{range}}x{{end}}", "template: :1: missing value for range"},
	{__LINE__, "{{upper .name}}", "template: :1: function \"upper\" not defined"},
	{__LINE__, "{{name}}", "template: :1: function \"name\" not defined"},
	{__LINE__, "{{.a-b}}", "template: :1: bad character U+002D '-'"},
	{__LINE__, "{{.a.-b}}", "template: :1: bad character U+002D '-'"},
	{__LINE__, "{{$y}}", "template: :1: undefined variable \"$y\""},
	{__LINE__, "{{| .name}}", "template: :1: unexpected \"|\" in command"},
	{__LINE__, "{{.name || .n}}", "template: :1: unexpected \"|\" in command"},
	{__LINE__, "{{(.name}}", "template: :1: unclosed left paren"},
	{__LINE__, "{{.name)}}", "template: :1: unexpected \")\" in command"},
	{__LINE__, "{{()}}", "template: :1: missing value for parenthesized pipeline"},
	{__LINE__, "{{\"abc}}", "template: :1: unterminated quoted string"},
	{__LINE__, "{{`abc}}", "template: :1: unterminated raw quoted string"},
	{__LINE__, "{{'a}}", "template: :1: unterminated character constant"},
	{__LINE__, "{{'ab'}}", "template: :1: malformed character constant: 'ab'"},
	{__LINE__, "{{''}}", "template: :1: invalid syntax"},
	{__LINE__, "{{\"\\z\"}}", "template: :1: invalid syntax"},
	{__LINE__, "{{1a}}", "template: :1: bad number syntax: \"1a\""},
	{__LINE__, "{{1+2}}", "template: :1: bad number syntax: \"1+2\""},
	{__LINE__, "{{0x}}", "template: :1: illegal number syntax: \"0x\""},
	{__LINE__, "{{08}}", "template: :1: integer overflow: \"08\""},
	{__LINE__, "{{1__0}}", "template: :1: illegal number syntax: \"1__0\""},
	{__LINE__, "{{99999999999999999999}}", "template: :1: integer overflow: \"99999999999999999999\""},
	{__LINE__, "{{1e999}}", "template: :1: illegal number syntax: \"1e999\""},
	{__LINE__, "{{.n + 1}}", "template: :1: illegal number syntax: \"+\""},
	{__LINE__, "{{.n+1}}", "template: :1: bad character U+002B '+'"},
	{__LINE__, "{{a := 1}}", "template: :1: function \"a\" not defined"},
	{__LINE__, "{{$x := }}", "template: :1: missing value for command"},
	{__LINE__, "{{$x, $y := .a}}", "template: :1: too many declarations in command"},
	{__LINE__, "{{range $x, $y, $z := .a}}{{end}}", "template: :1: too many declarations in range"},
	{__LINE__, "{{range $x, 1 := .a}}{{end}}", "template: :1: range can only initialize variables"},
	{__LINE__, "{{if .t}}{{else}}{{else}}{{end}}", "template: :1: expected end; found {{else}}"},
	{__LINE__, "{{range .a}}{{else if .t}}{{end}}", "template: :1: unexpected <if> in input"},
	{__LINE__, "{{with .a}}{{else}}x{{else}}y{{end}}", "template: :1: expected end; found {{else}}"},
	{__LINE__, "{{break}}", "template: :1: {{break}} outside {{range}}"},
	{__LINE__, "{{continue}}", "template: :1: {{continue}} outside {{range}}"},
	{__LINE__, "{{/* open", "template: :1: unclosed comment"},
	{__LINE__, "{{/* a */ b}}", "template: :1: comment ends before closing delimiter"},
	{__LINE__, "{{.name | 5}}", "template: :1: non executable command in pipeline stage 2"},
	{__LINE__, "{{.name | nil}}", "template: :1: non executable command in pipeline stage 2"},
	{__LINE__, "{{.name | \"x\"}}", "template: :1: non executable command in pipeline stage 2"},
	{__LINE__, "{{nil.x}}", "template: :1: unexpected . after term \"nil\""},
	{__LINE__, "{{true.x}}", "template: :1: unexpected . after term \"true\""},
	{__LINE__, "{{\"x\".y}}", "template: :1: unexpected . after term \"\\\"x\\\"\""},
	{__LINE__, "{{1.x}}", "template: :1: bad number syntax: \"1.x\""},
	{__LINE__, "{{..}}", "template: :1: unexpected <.> in operand"},
	{__LINE__, "{{\xc3\xa9}}", "template: :1: function \"\xc3\xa9\" not defined"},
	{__LINE__, "{{\xe2\x98\x83}}", "template: :1: unrecognized character in action: U+2603 '\xe2\x98\x83'"},
	{__LINE__, "{{.name \xe2\x98\x83}}", "template: :1: unrecognized character in action: U+2603 '\xe2\x98\x83'"},
	{__LINE__, "{{,}}", "template: :1: unexpected \",\" in command"},
	{__LINE__, "{{.name, .n}}", "template: :1: unexpected \",\" in operand"},
	{__LINE__, "{{:}}", "template: :1: expected :="},
	{__LINE__, "{{if .t}}\n{{upper}}{{end}}", "template: :2: function \"upper\" not defined"},
	{__LINE__, "a\n{{.x\n.y", "template: :3: unclosed action started at :2"},
	{__LINE__, "{{\"a\nb\"}}", "template: :1: unterminated quoted string"},
	{__LINE__, "{{end .x}}", "template: :1: unexpected \".x\" in end"},
	{__LINE__, "{{else .x}}", "template: :1: unexpected \".x\" in else"},
	{__LINE__, "{{if .t}}{{end .x}}", "template: :1: unexpected \".x\" in end"},
};
/* clang-format on */

/* What does not run. */
/* clang-format off */
static const struct test_case run_errors[] = {
	{__LINE__, "{{nil}}", "template: prompt:1:2: executing \"prompt\" at <nil>: nil is not a command"},
	{__LINE__, "{{with $y := .o}}{{with $z := .name}}{{$y.a}}{{$z}}{{end}}{{end}}", "template: prompt:1:30: executing \"prompt\" at <.name>: map has no entry for key \"name\""},
	{__LINE__, "{{.missing}}", "template: prompt:1:2: executing \"prompt\" at <.missing>: map has no entry for key \"missing\""},
	{__LINE__, "{{if .missing}}x{{end}}", "template: prompt:1:5: executing \"prompt\" at <.missing>: map has no entry for key \"missing\""},
	{__LINE__, "{{.o.missing}}", "template: prompt:1:4: executing \"prompt\" at <.o.missing>: map has no entry for key \"missing\""},
	{__LINE__, "{{.name.b}}", "template: prompt:1:7: executing \"prompt\" at <.name.b>: can't evaluate field b in type interface {}"},
	{__LINE__, "{{.nil.b}}", "template: prompt:1:6: executing \"prompt\" at <.nil.b>: nil pointer evaluating interface {}.b"},
	{__LINE__, "{{.deep.x.q}}", "template: prompt:1:7: executing \"prompt\" at <.deep.x.q>: map has no entry for key \"q\""},
	{__LINE__, "{{.n.b.c}}", "template: prompt:1:4: executing \"prompt\" at <.n.b.c>: can't evaluate field b in type interface {}"},
	{__LINE__, "{{.a.b}}", "template: prompt:1:4: executing \"prompt\" at <.a.b>: can't evaluate field b in type interface {}"},
	{__LINE__, "{{range .a}}{{.b}}{{end}}", "template: prompt:1:14: executing \"prompt\" at <.b>: can't evaluate field b in type interface {}"},
	{__LINE__, "{{$x := .name}}{{$x.b}}", "template: prompt:1:19: executing \"prompt\" at <$x.b>: can't evaluate field b in type string"},
	{__LINE__, "{{$x := .nil}}{{$x.b}}", "template: prompt:1:18: executing \"prompt\" at <$x.b>: nil data; no entry for key \"b\""},
	{__LINE__, "{{(index .a 2).b}}", "template: prompt:1:12: executing \"prompt\" at <2>: nil data; no entry for key \"b\""},
	{__LINE__, "{{(index .a 0).b}}", "template: prompt:1:12: executing \"prompt\" at <0>: can't evaluate field b in type float64"},
	{__LINE__, "{{.Name}}", "template: prompt:1:2: executing \"prompt\" at <.Name>: map has no entry for key \"Name\""},
	{__LINE__, "line1\n  {{.missing}}", "template: prompt:2:4: executing \"prompt\" at <.missing>: map has no entry for key \"missing\""},
	{__LINE__, "{{len .n}}", "template: prompt:1:2: executing \"prompt\" at <len .n>: error calling len: len of type float64"},
	{__LINE__, "{{len .nil}}", "template: prompt:1:2: executing \"prompt\" at <len .nil>: error calling len: len of nil pointer"},
	{__LINE__, "{{len 3}}", "template: prompt:1:2: executing \"prompt\" at <len 3>: error calling len: len of type int"},
	{__LINE__, "{{index .a 3}}", "template: prompt:1:2: executing \"prompt\" at <index .a 3>: error calling index: reflect: slice index out of range"},
	{__LINE__, "{{index .a 4}}", "template: prompt:1:2: executing \"prompt\" at <index .a 4>: error calling index: index out of range: 4"},
	{__LINE__, "{{index .a -1}}", "template: prompt:1:2: executing \"prompt\" at <index .a -1>: error calling index: index out of range: -1"},
	{__LINE__, "{{index .a \"x\"}}", "template: prompt:1:2: executing \"prompt\" at <index .a \"x\">: error calling index: cannot index slice/array with type string"},
	{__LINE__, "{{index .a .n}}", "template: prompt:1:2: executing \"prompt\" at <index .a .n>: error calling index: cannot index slice/array with type float64"},
	{__LINE__, "{{index .a nil}}", "template: prompt:1:2: executing \"prompt\" at <index .a nil>: error calling index: cannot index slice/array with nil"},
	{__LINE__, "{{index .o 1}}", "template: prompt:1:2: executing \"prompt\" at <index .o 1>: error calling index: value has type int; should be string"},
	{__LINE__, "{{index .o nil}}", "template: prompt:1:2: executing \"prompt\" at <index .o nil>: error calling index: value is nil; should be of type string"},
	{__LINE__, "{{index .n 1}}", "template: prompt:1:2: executing \"prompt\" at <index .n 1>: error calling index: can't index item of type float64"},
	{__LINE__, "{{index .nil 1}}", "template: prompt:1:2: executing \"prompt\" at <index .nil 1>: error calling index: index of untyped nil"},
	{__LINE__, "{{index .a 2 1}}", "template: prompt:1:2: executing \"prompt\" at <index .a 2 1>: error calling index: index of nil pointer"},
	{__LINE__, "{{index .name 3}}", "template: prompt:1:2: executing \"prompt\" at <index .name 3>: error calling index: reflect: string index out of range"},
	{__LINE__, "{{slice .n 1}}", "template: prompt:1:2: executing \"prompt\" at <slice .n 1>: error calling slice: can't slice item of type float64"},
	{__LINE__, "{{slice .name 2 1}}", "template: prompt:1:2: executing \"prompt\" at <slice .name 2 1>: error calling slice: invalid slice index: 2 > 1"},
	{__LINE__, "{{slice .name 0 9}}", "template: prompt:1:2: executing \"prompt\" at <slice .name 0 9>: error calling slice: index out of range: 9"},
	{__LINE__, "{{slice .name 0 1 2}}", "template: prompt:1:2: executing \"prompt\" at <slice .name 0 1 2>: error calling slice: cannot 3-index slice a string"},
	{__LINE__, "{{slice .nil}}", "template: prompt:1:2: executing \"prompt\" at <slice .nil>: error calling slice: slice of untyped nil"},
	{__LINE__, "{{eq .n 5}}", "template: prompt:1:2: executing \"prompt\" at <eq .n 5>: error calling eq: incompatible types for comparison"},
	{__LINE__, "{{eq 1 \"a\"}}", "template: prompt:1:2: executing \"prompt\" at <eq 1 \"a\">: error calling eq: incompatible types for comparison"},
	{__LINE__, "{{eq .n}}", "template: prompt:1:2: executing \"prompt\" at <eq .n>: error calling eq: missing argument for comparison"},
	{__LINE__, "{{lt .t .no}}", "template: prompt:1:2: executing \"prompt\" at <lt .t .no>: error calling lt: invalid type for comparison"},
	{__LINE__, "{{lt 1 \"a\"}}", "template: prompt:1:2: executing \"prompt\" at <lt 1 \"a\">: error calling lt: incompatible types for comparison"},
	{__LINE__, "{{lt .a .a}}", "template: prompt:1:2: executing \"prompt\" at <lt .a .a>: error calling lt: invalid type for comparison"},
	{__LINE__, "{{gt .n 1}}", "template: prompt:1:2: executing \"prompt\" at <gt .n 1>: error calling gt: incompatible types for comparison"},
	{__LINE__, "{{range .n}}x{{end}}", "template: prompt:1:8: executing \"prompt\" at <.n>: range can't iterate over 5"},
	{__LINE__, "{{range .name}}x{{end}}", "template: prompt:1:8: executing \"prompt\" at <.name>: range can't iterate over Ada"},
	{__LINE__, "{{range .t}}x{{end}}", "template: prompt:1:8: executing \"prompt\" at <.t>: range can't iterate over true"},
	{__LINE__, "{{len}}", "template: prompt:1:2: executing \"prompt\" at <len>: wrong number of args for len: want 1 got 0"},
	{__LINE__, "{{len 1 2}}", "template: prompt:1:2: executing \"prompt\" at <len>: wrong number of args for len: want 1 got 2"},
	{__LINE__, "{{not}}", "template: prompt:1:2: executing \"prompt\" at <not>: wrong number of args for not: want 1 got 0"},
	{__LINE__, "{{eq}}", "template: prompt:1:2: executing \"prompt\" at <eq>: wrong number of args for eq: want at least 1 got 0"},
	{__LINE__, "{{printf}}", "template: prompt:1:2: executing \"prompt\" at <printf>: wrong number of args for printf: want at least 1 got 0"},
	{__LINE__, "{{printf 5}}", "template: prompt:1:9: executing \"prompt\" at <5>: expected string; found 5"},
	{__LINE__, "{{printf .n}}", "template: prompt:1:9: executing \"prompt\" at <.n>: wrong type for value; expected string; got float64"},
	{__LINE__, "{{printf .nil}}", "template: prompt:1:9: executing \"prompt\" at <.nil>: wrong type for value; expected string; got interface {}"},
	{__LINE__, "{{printf nil}}", "template: prompt:1:9: executing \"prompt\" at <nil>: cannot assign nil to string"},
	{__LINE__, "{{.n | printf}}", "template: prompt:1:7: executing \"prompt\" at <printf>: wrong type for value; expected string; got float64"},
	{__LINE__, "{{.name \"x\"}}", "template: prompt:1:2: executing \"prompt\" at <.name>: name is not a method but has arguments"},
	{__LINE__, "{{.name 1 2}}", "template: prompt:1:2: executing \"prompt\" at <.name>: name is not a method but has arguments"},
	{__LINE__, "{{1 2}}", "template: prompt:1:2: executing \"prompt\" at <1>: can't give argument to non-function 1"},
	{__LINE__, "{{\"a\" \"b\"}}", "template: prompt:1:2: executing \"prompt\" at <\"a\">: can't give argument to non-function \"a\""},
	{__LINE__, "{{.o.a 1}}", "template: prompt:1:4: executing \"prompt\" at <.o.a>: a is not a method but has arguments"},
	{__LINE__, "{{$x := 1}}{{$x 2}}", "template: prompt:1:13: executing \"prompt\" at <$x>: can't give argument to non-function $x"},
	{__LINE__, "{{(.name) 1}}", "template: prompt:1:2: executing \"prompt\" at <(.name) 1>: can't give argument to non-function .name"},
	{__LINE__, "{{.name | .n}}", "template: prompt:1:10: executing \"prompt\" at <.n>: n is not a method but has arguments"},
	{__LINE__, "{{$x = 1}}", "template: prompt:1:7: executing \"prompt\" at <1>: undefined variable: $x"},
	{__LINE__, "{{.name .}}", "template: prompt:1:2: executing \"prompt\" at <.name>: name is not a method but has arguments"},
	{__LINE__, "{{.\xc3\xa9}}", "template: prompt:1:2: executing \"prompt\" at <.\xc3\xa9>: map has no entry for key \"\xc3\xa9\""},
	{__LINE__, "{{and}}", "template: prompt:1:2: executing \"prompt\" at <and>: wrong number of args for and: want at least 1 got 0"},
	{__LINE__, "{{or}}", "template: prompt:1:2: executing \"prompt\" at <or>: wrong number of args for or: want at least 1 got 0"},
	{__LINE__, "{{(print \"a\").b}}", "template: prompt:1:9: executing \"prompt\" at <\"a\">: can't evaluate field b in type string"},
	{__LINE__, "{{print.x}}", "template: prompt:1:2: executing \"prompt\" at <print>: can't evaluate field x in type string"},
	{__LINE__, "{{$.missing}}", "template: prompt:1:3: executing \"prompt\" at <$.missing>: map has no entry for key \"missing\""},
};
/* clang-format on */

/* The outcome of a template: its output, or why there is none. */
static const char *
outcome(const char *text, const char *json, struct arena *a, size_t max)
{
	const struct template *t;
	struct template_error error;
	const char *result;
	struct value dot;
	struct scan scan;
	struct buf out;
	char *copy = strdup(text);
	bool ok;

	assert_true(
	    json_value_read(body_parse(json, strlen(json), a, &scan), a, &dot));
	ok = template_parse(copy, a, &t, &error);
	/* The template needs its text no longer. */
	memset(copy, '{', strlen(copy));
	free(copy);
	if (!ok)
		return error.text;
	buf_init(&out, max);
	if (template_run(t, &dot, a, &out, &error))
		result = arena_text(a, buf_string(&out));
	else
		result = error.text;
	buf_free(&out);
	return result;
}

static void
check(int line, const char *text, const char *json, const char *expected)
{
	struct arena *a = arena_new();
	const char *found = outcome(text, json, a, TEMPLATE_OUTPUT_MAX);

	if (strcmp(found, expected) != 0)
		fail_msg("line %d: %s gives\n%s\nnot\n%s", line, text, found,
		    expected);
	arena_free(a);
}

static void
check_all(const struct test_case *cases, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		check(
		    cases[i].line, cases[i].text, variables, cases[i].expected);
}

static void
templates_are_filled_in_as_go_does(void **state)
{
	(void)state;
	check_all(outputs, COUNT(outputs));
}

static void
what_is_no_template_is_refused_in_the_words_of_go(void **state)
{
	(void)state;
	check_all(parse_errors, COUNT(parse_errors));
}

static void
what_cannot_be_run_fails_in_the_words_of_go(void **state)
{
	(void)state;
	check_all(run_errors, COUNT(run_errors));
}

/* clang-format off */
static const struct test_case left_out[] = {
	{__LINE__, "{{define \"x\"}}{{end}}", "template: :1: {{define}} is not supported"},
	{__LINE__, "{{template \"x\"}}", "template: :1: {{template}} is not supported"},
	{__LINE__, "{{block \"x\" .}}{{end}}", "template: :1: {{block}} is not supported"},
	{__LINE__, "{{call .name}}", "template: :1: function \"call\" not defined"},
	{__LINE__, "{{1i}}", "template: :1: bad number syntax: \"1i\""},
	{__LINE__, "{{printf \"%[1]d\" 1}}", "template: prompt:1:2: executing \"prompt\" at <printf \"%[1]d\" 1>: error calling printf: argument indexes are not supported"},
	{__LINE__, "{{range 3}}x{{end}}", "template: prompt:1:8: executing \"prompt\" at <3>: range can't iterate over 3"},
	{__LINE__, "{{printf \"%100001d\" 1}}", "template: prompt:1:2: executing \"prompt\" at <printf \"%100001d\" 1>: error calling printf: width or precision is too large"},
};

/* What would be no text to a client. */
static const struct test_case made_text[] = {
	{__LINE__, "{{\"a\\x00b\"}}", "a\xef\xbf\xbd" "b"},
	{__LINE__, "{{slice .u 0 3}}", "Gr\xef\xbf\xbd"},
	{__LINE__, "{{\"\\xff\"}}", "\xef\xbf\xbd"},
	{__LINE__, "{{\"\xff\xff\xff\xff\xff\xff\xff\xff\"}}", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
};
/* clang-format on */

static void
the_rest_of_the_language_is_refused(void **state)
{
	(void)state;
	check_all(left_out, COUNT(left_out));
}

static void
only_text_comes_out(void **state)
{
	(void)state;
	check_all(made_text, COUNT(made_text));
}

/* before, count times middle, after. */
static char *
repeat(const char *before, const char *middle, size_t count, const char *after)
{
	size_t len = strlen(middle), i;
	char *text = malloc(strlen(before) + count * len + strlen(after) + 1);
	char *at = stpcpy(text, before);

	for (i = 0; i < count; i++)
		at = stpcpy(at, middle);
	strcpy(at, after);
	return text;
}

static void
check_repeated(const char *before, const char *middle, size_t count,
    const char *after, const char *expected)
{
	char *text = repeat(before, middle, count, after);
	struct arena *a = arena_new();
	const char *found =
	    outcome(text, "{\"a\":[1,2,3,4,5,6,7,8,9,10]}", a, 1000);

	if (strstr(found, expected) == NULL)
		fail_msg("%.100s gives\n%s\nnot\n%s", text, found, expected);
	arena_free(a);
	free(text);
}

static void
nothing_nests_deeper_than_the_limit(void **state)
{
	char *ends = repeat("", "{{end}}", 33, "");

	(void)state;
	check_repeated("", "{{if 1}}", 33, ends, "nested too deeply");
	check_repeated("", "{{if 1}}", 32, ends + 7, "");
	check_repeated("{{", "(", 33, "", "nested too deeply");
	check_repeated("{{", "(", 1000000, "", "nested too deeply");
	check_repeated("{{", ".a", 40, "}}", "nested too deeply");
	check_repeated(
	    "{{if 0}}", "{{else if 0}}", 5000, "{{else}}last{{end}}", "last");
	free(ends);
}

static void
a_run_ends(void **state)
{
	char *ends = repeat("x", "{{end}}", 7, "");

	(void)state;
	check_repeated("", "{{range $.a}}", 7, ends, "output is too long");
	check_repeated("", "{{range $.a}}", 7, ends + 1, "too many steps");
	check_repeated("{{$x := \"0123456789\"}}", "{{$x = print $x $x}}", 40,
	    "", "makes too much text");
	check_repeated("", "{{.}}", 100000, "", "template is too long");
	check_repeated("", "{{$x := 1}}", 501, "", "too many variables");
	check_repeated("", "x", 1001, "", "output is too long");
	free(ends);
}

static void
check_variables(const char *text, const char *expected)
{
	struct arena *a = arena_new();
	const struct template *t;
	struct template_error error;
	const char *const *names;
	const char *found = "";
	size_t i, count;

	assert_true(template_parse(text, a, &t, &error));
	count = template_variables(t, a, &names);
	for (i = 0; i < count; i++)
		found = arena_printf(
		    a, "%s%s%s", found, i == 0 ? "" : " ", names[i]);
	assert_string_equal(found, expected);
	arena_free(a);
}

static void
variables_are_listed_once_in_order_of_first_use(void **state)
{
	(void)state;
	check_variables("no {name}", "");
	check_variables("{{.b}}{{.a}}{{.b.c}}{{.a}}", "b a");
	check_variables("{{if .x}}{{.y}}{{end}}", "x y");
	check_variables("{{if eq .x 1}}{{len .y}}{{else if .z}}{{else}}{{.w}}"
			"{{end}}",
	    "x y z w");
	check_variables("{{range .l}}{{.i}}{{$.r}}{{end}}", "l i r");
	check_variables("{{$v := .q}}{{$v.no}}{{(index .a 0).no}}", "q a");
	check_variables("{{print (print .deep.er | len) .b}}", "deep b");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(templates_are_filled_in_as_go_does),
		cmocka_unit_test(
		    what_is_no_template_is_refused_in_the_words_of_go),
		cmocka_unit_test(what_cannot_be_run_fails_in_the_words_of_go),
		cmocka_unit_test(the_rest_of_the_language_is_refused),
		cmocka_unit_test(only_text_comes_out),
		cmocka_unit_test(nothing_nests_deeper_than_the_limit),
		cmocka_unit_test(a_run_ends),
		cmocka_unit_test(
		    variables_are_listed_once_in_order_of_first_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
