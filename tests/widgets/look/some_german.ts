<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>action.decode</name>
    <message>
        <source>decode</source>
        <translation>dekodieren</translation>
    </message>
</context>
<context>
    <name>decode.empty_file</name>
    <message>
        <source>the file is empty</source>
        <translation>die Datei ist leer</translation>
    </message>
</context>
<context>
    <name>test.places</name>
    <message>
        <source>%1 of %2 at %3</source>
        <translation>%3: von %2 sind es %1</translation>
    </message>
</context>
</TS>
