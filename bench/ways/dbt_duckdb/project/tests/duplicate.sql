SELECT line, fault FROM {{ ref("keys") }} WHERE fault = 'duplicate'
