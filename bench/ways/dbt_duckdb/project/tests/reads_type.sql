SELECT line, 'reads.type' AS fault FROM {{ ref("cells") }} WHERE list_contains(faults, 'reads.type')
